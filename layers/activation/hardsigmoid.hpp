#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// y = ReLU6(x + 3) / 6, a sigmoid of straight lines. x, y: any shape.
class MINNOW_API Hardsigmoid : public Layer {
 public:
  Hardsigmoid() = default;
  explicit Hardsigmoid(const LayerConfig& config) { ConfigReader(config, "Hardsigmoid").finish(); }

  std::string name() const override { return "Hardsigmoid"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override { return layer_config(*this, {"Hardsigmoid", {}, {}}); }
  MemoryUse memory_use() const override { return {.reads_y = false}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
