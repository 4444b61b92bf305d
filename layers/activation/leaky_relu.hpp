#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// y = x if x > 0, otherwise y = negative_slope x. x, y: any shape.
class MINNOW_API LeakyReLU : public Layer {
 public:
  /// Throws ValueError if the slope is not finite as a Real.
  explicit LeakyReLU(double negative_slope = 0.01);
  explicit LeakyReLU(const LayerConfig& config);

  std::string name() const override;
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {!from_y(), from_y(), from_y()}; }

 private:
  /// Returns true if y > 0 exactly if x > 0. Backward then reads y instead of x.
  bool from_y() const { return slope_ > 0; }

  double negative_slope_;  // for config(), without rounding to Real
  Real slope_;
};

}  // namespace minnow::inline MINNOW_PRECISION
