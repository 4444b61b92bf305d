#pragma once

#include <minnow/models/branches.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// What each branch makes of x, side by side along axis 1: of (N, C1, H, W) and (N, C2, H, W), (N, C1 + C2, H, W). A
/// branch is a Sequential or one layer; state() names them as a ModuleList does: "0.0.weight", "1.weight".
class MINNOW_API Concat : public Branches {
 public:
  /// Concat{Sequential{...}, Dense(8, 4, rng)}. A lone Concat is copied, not wrapped.
  template <LayerType... Layers>
  requires(sizeof...(Layers) > 1 ||
           (sizeof...(Layers) == 1 &&
            (!std::derived_from<std::remove_cvref_t<Layers>, Concat> && ...))) explicit Concat(Layers&&... branches) {
    (append(std::forward<Layers>(branches)), ...);
  }

  /// Makes the branches from their configs. Throws ValueError if there is none.
  explicit Concat(const LayerConfig& config);
  Concat(const LayerConfig& config, const LayerTable& layers);

  std::string name() const override;
  std::optional<LayerConfig> config() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;

 private:
  void append(AnyLayer branch);
};

}  // namespace minnow::inline MINNOW_PRECISION
