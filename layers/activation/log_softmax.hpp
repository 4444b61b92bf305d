#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Computes logarithms of probabilities from logits along the last axis: y_j = x_j - log(sum over k of e^x_k), without
/// overflow. x, y: (N, ..., C). Use NLLLoss after it. CrossEntropyLoss on the logits computes the same loss.
class MINNOW_API LogSoftmax : public Layer {
 public:
  LogSoftmax() = default;
  explicit LogSoftmax(const LayerConfig& config) { ConfigReader(config, "LogSoftmax").finish(); }

  std::string name() const override { return "LogSoftmax"; }
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override { return layer_config(*this, {"LogSoftmax", {}, {}}); }
  MemoryUse memory_use() const override { return {.reads_x = false, .in_place = true}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
