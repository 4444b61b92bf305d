#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// y = x / (1 + e^-x), also called swish. x, y: any shape.
class MINNOW_API SiLU : public Layer {
 public:
  SiLU() = default;
  explicit SiLU(const LayerConfig& config) { ConfigReader(config, "SiLU").finish(); }

  std::string name() const override { return "SiLU"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override { return layer_config(*this, {"SiLU", {}, {}}); }
  MemoryUse memory_use() const override { return {.reads_y = false}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
