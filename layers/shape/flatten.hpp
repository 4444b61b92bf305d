#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Changes the shape from (N, d1, d2, ...) to (N, d1 d2 ...). Put it before a Dense.
class MINNOW_API Flatten : public Layer {
 public:
  Flatten() = default;
  explicit Flatten(const LayerConfig& config) { ConfigReader(config, "Flatten").finish(); }

  std::string name() const override { return "Flatten"; }
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override { return layer_config(*this, {"Flatten", {}, {}}); }
  MemoryUse memory_use() const override { return {.reads_x = false, .reads_y = false}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
