#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// y = x ReLU6(x + 3) / 6, a SiLU without exponentials (Howard et al., "Searching for MobileNetV3", 2019). x, y: any
/// shape.
class MINNOW_API Hardswish : public Layer {
 public:
  Hardswish() = default;
  explicit Hardswish(const LayerConfig& config) { ConfigReader(config, "Hardswish").finish(); }

  std::string name() const override { return "Hardswish"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override { return layer_config(*this, {"Hardswish", {}, {}}); }
  MemoryUse memory_use() const override { return {.reads_y = false}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
