#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// y = min(max(x, 0), 6). x, y: any shape.
class MINNOW_API ReLU6 : public Layer {
 public:
  ReLU6() = default;
  explicit ReLU6(const LayerConfig& config) { ConfigReader(config, "ReLU6").finish(); }

  std::string name() const override { return "ReLU6"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override { return layer_config(*this, {"ReLU6", {}, {}}); }
  MemoryUse memory_use() const override { return {.reads_x = false, .in_place = true}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
