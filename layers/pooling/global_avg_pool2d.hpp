#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Computes the mean of each channel over its positions, as AdaptiveAvgPool2d(1) and Flatten in PyTorch.
/// x: (N, C, H, W), y: (N, C).
class MINNOW_API GlobalAvgPool2d : public Layer {
 public:
  GlobalAvgPool2d() = default;
  explicit GlobalAvgPool2d(const LayerConfig& config) { ConfigReader(config, "GlobalAvgPool2d").finish(); }

  std::string name() const override { return "GlobalAvgPool2d"; }
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override { return layer_config(*this, {"GlobalAvgPool2d", {}, {}}); }
  MemoryUse memory_use() const override { return {.reads_x = false, .reads_y = false}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
