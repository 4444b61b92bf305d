#pragma once

#include <minnow/models/sequential.hpp>

#include <optional>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct BranchesPass;

/// The base of Residual, Concat and Multiply: branches that all read the same x. Like all layers they are values: a
/// copy is independent. No branch or layer can be added later.
class MINNOW_API Branches : public Layer {
 public:
  Branches(const Branches&) = default;
  Branches(Branches&&) noexcept = default;

  /// As for Sequential: if an optimizer was built on these branches, copies only the state of `other`, and throws Error
  /// if its architecture is different.
  Branches& operator=(const Branches& other);
  Branches& operator=(Branches&& other);

  /// Returns the number of branches.
  std::size_t size() const { return branches_.size(); }

  /// Returns a branch. A branch that was given as one layer is a Sequential of this layer. Throws ValueError unless
  /// index < size().
  const Sequential& operator[](std::size_t index) const;

  using Layer::state;
  std::vector<NamedTensor> state() override;
  void visit_state(StateVisitor& visitor) override;
  MemoryUse memory_use() const override { return {.reads_y = false}; }  // stores the outputs that backward reads

 protected:
  struct Branch {
    std::string name;   // in state(): "0"
    std::string place;  // in errors: "branch 0"
    bool lone;          // one layer: the names of its entries have no index
    Sequential layers;

    std::string layers_name() const { return lone ? layers[0].name() : layers.name(); }
  };

  Branches() = default;

  void add_branch(std::string name, std::string place, AnyLayer layer);

  /// Returns the configs of the branches; none if a layer has no config.
  std::optional<std::vector<LayerConfig>> branch_configs() const;

  const Branch& at(std::size_t index) const { return branches_[index]; }
  Shape branch_shape(std::size_t index, const Shape& input) const;
  BranchesPass& pass_of(Context& context) const;

  /// Returns true if backward reads the output of the branch.
  bool keeps_output(std::size_t index, const Context& context) const;
  void run_forward(std::size_t index, const Tensor& x, Tensor& y, Context& context);

  /// Writes dx for the first branch and adds to dx for the other branches. With a null dx, layers before the first
  /// trained layer of a branch are not run.
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
