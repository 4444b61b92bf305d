#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// y = 1 / (1 + e^-x). x, y: any shape.
class MINNOW_API Sigmoid : public Layer {
 public:
  Sigmoid() = default;
  explicit Sigmoid(const LayerConfig& config) { ConfigReader(config, "Sigmoid").finish(); }

  std::string name() const override { return "Sigmoid"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override { return layer_config(*this, {"Sigmoid", {}, {}}); }
  MemoryUse memory_use() const override { return {.reads_x = false, .in_place = true}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
