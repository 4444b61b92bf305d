#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// y = tanh(x). x, y: any shape.
class MINNOW_API Tanh : public Layer {
 public:
  Tanh() = default;
  explicit Tanh(const LayerConfig& config) { ConfigReader(config, "Tanh").finish(); }

  std::string name() const override { return "Tanh"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override { return layer_config(*this, {"Tanh", {}, {}}); }
  MemoryUse memory_use() const override { return {.reads_x = false, .in_place = true}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
