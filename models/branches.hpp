#pragma once

#include <minnow/models/sequential.hpp>

#include <optional>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct BranchesPass;

/// The base of Residual and Concat: models side by side that all get the same x. Like layers they are values, and a
/// copy is independent. Layers cannot be added later.
class MINNOW_API Branches : public Layer {
 public:
  Branches(const Branches&) = default;
  Branches(Branches&&) noexcept = default;

  /// As of Sequential: once an optimizer was built on these branches, copies parameters and buffers of the same
  /// architecture, and throws Error for any other.
  Branches& operator=(const Branches& other);
  Branches& operator=(Branches&& other);

  std::size_t size() const { return branches_.size(); }

  /// Throws ValueError unless index < size(). A branch given as one layer is a Sequential of it.
  const Sequential& operator[](std::size_t index) const;

  std::vector<NamedTensor> state() override;
  void visit_state(StateVisitor& visitor) override;
  MemoryUse memory_use() const override { return {.reads_y = false}; }  // an output that a branch reads is kept

 protected:
  struct Branch {
    std::string name;   // in state(): "0"
    std::string place;  // in errors: "branch 0"
    bool lone;          // one layer, whose entries are named without an index
    Sequential layers;

    std::string layers_name() const { return lone ? layers[0].name() : layers.name(); }
  };

  Branches() = default;

  void add_branch(std::string name, std::string place, AnyLayer layer);

  /// The configs of the branches; none if a layer has none.
  std::optional<std::vector<LayerConfig>> branch_configs() const;

  const Branch& at(std::size_t index) const { return branches_[index]; }
  Shape branch_shape(std::size_t index, const Shape& input) const;
  BranchesPass& pass_of(Context& context) const;

  /// Returns true if backward reads the output of the branch, which must then be kept.
  bool keeps_output(std::size_t index, const Context& context) const;
  void run_forward(std::size_t index, const Tensor& x, Tensor& y, Context& context);

  /// Writes dx for the first branch and adds to it for the others. With a null dx, the first layers of a branch without
  /// trained parameters are not run.
  void run_backward(std::size_t index, const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx,
                    Context& context);

  /// Returns true if any parameter of the branch is trained.
  bool trains(std::size_t index) const { return branches_[index].layers.trains(); }

 private:
  friend class Sequential;
  bool trains() const;

  std::vector<Branch> branches_;
};

}  // namespace minnow::inline MINNOW_PRECISION
