#pragma once

#include <minnow/models/repeats_forward.hpp>
#include <minnow/models/sequential.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct BranchesPass;

/// What Residual and Concat share: models side by side, all of which get the same x. Like layers they are values, and a
/// copy is independent; once built they get no more layers.
class MINNOW_API Branches : public Layer, public RepeatsForward {
 public:
  Branches(const Branches&) = default;
  Branches(Branches&&) noexcept = default;

  /// As of Sequential: while an optimizer lives that was built on these, only the numbers of the same layers.
  Branches& operator=(const Branches& other);
  Branches& operator=(Branches&& other);

  std::size_t size() const { return branches_.size(); }

  /// Throws ValueError unless index < size(). A branch given as one layer is a Sequential of it.
  const Sequential& operator[](std::size_t index) const;

  std::vector<NamedTensor> state() override;
  MemoryUse memory_use() const override { return {.reads_y = false}; }  // what a branch reads of its own is kept

 protected:
  struct Branch {
    std::string name;   // in state(): "0"
    std::string place;  // in errors: "branch 0"
    bool lone;          // one layer, whose entries are named without an index
    Sequential layers;

    std::string layers_name() const { return lone ? layers[0].name() : layers.name(); }
  };

  Branches() = default;

  template <LayerType L>
  void add_branch(std::string name, std::string place, L&& layer) {
    if constexpr (std::same_as<std::remove_cvref_t<L>, Sequential>) {
      branches_.push_back({std::move(name), std::move(place), false, std::forward<L>(layer)});
    } else {
      branches_.push_back({std::move(name), std::move(place), true, Sequential()});
      branches_.back().layers.add(std::forward<L>(layer));
    }
  }

  const Branch& at(std::size_t index) const { return branches_[index]; }
  Shape branch_shape(std::size_t index, const Shape& input) const;
  BranchesPass& pass_of(Context& context) const;

  /// Whether backward will look at what a branch's output holds, which must then be kept.
  bool keeps_output(std::size_t index, const Context& context) const;
  void run_forward(std::size_t index, const Tensor& x, Tensor& y, const Context& context, BranchesPass& pass);

  Tensor repeat_branch(std::size_t index, const Tensor& x, BranchesPass& pass) const;

  /// Writes the first branch's dx and adds the others'; a null one spares each branch its first layers, too.
  void run_backward(std::size_t index, const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx,
                    BranchesPass& pass);

  /// Whether any parameter of a branch is trained.
  bool trains(std::size_t index) const { return branches_[index].layers.trains(); }

 private:
  friend class Sequential;
  bool same_layers(const Branches& other) const;
  bool trains() const;

  std::vector<Branch> branches_;
};

}  // namespace minnow::inline MINNOW_PRECISION
