#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// y = x where x > 0, else slope x. Any shape.
class MINNOW_API LeakyReLU : public Layer {
 public:
  /// Throws ValueError when the slope is not finite.
  explicit LeakyReLU(double negative_slope = 0.01);
  explicit LeakyReLU(const LayerConfig& config);

  std::string name() const override;
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {!from_y(), from_y(), from_y()}; }

 private:
  /// Whether y tells what x was: above 0 or not.
  bool from_y() const { return slope_ > 0; }

  double negative_slope_;  // as given
  Real slope_;
};

}  // namespace minnow::inline MINNOW_PRECISION
