#pragma once

#include <minnow/models/branches.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Concatenates the outputs of its branches along axis 1: (N, C1, H, W) and (N, C2, H, W) become (N, C1 + C2, H, W).
/// All branches read the same x. A branch is a Sequential or one layer. The names of the state are those of PyTorch's
/// ModuleList: "0.0.weight", "1.weight".
class MINNOW_API Concat : public Branches {
 public:
  /// Concat{Sequential{...}, Dense(8, 4, rng)}. A lone Concat is copied, not wrapped.
  template <LayerType... Layers>
  requires(sizeof...(Layers) > 1 ||
           (sizeof...(Layers) == 1 &&
            (!std::derived_from<std::remove_cvref_t<Layers>, Concat> && ...))) explicit Concat(Layers&&... branches) {
    (append(std::forward<Layers>(branches)), ...);
  }

  /// Makes the branches from their configs, with standard_layers() or another table. Throws ValueError if there is no
  /// branch.
  explicit Concat(const LayerConfig& config);
  Concat(const LayerConfig& config, const LayerTable& layers);

  std::string name() const override;
  std::optional<LayerConfig> config() const override;
  /// Throws ShapeError if an output has fewer than 2 axes, or if two outputs differ in another axis than axis 1.
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;

 private:
  void append(AnyLayer branch);
};

}  // namespace minnow::inline MINNOW_PRECISION
