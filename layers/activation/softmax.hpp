#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Computes probabilities from logits along the last axis: y_j = e^x_j / sum over k of e^x_k, without overflow.
/// x, y: (N, ..., C). For training, end the model with the logits and use CrossEntropyLoss, which contains the softmax.
class MINNOW_API Softmax : public Layer {
 public:
  Softmax() = default;
  explicit Softmax(const LayerConfig& config) { ConfigReader(config, "Softmax").finish(); }

  std::string name() const override { return "Softmax"; }
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override { return layer_config(*this, {"Softmax", {}, {}}); }
  MemoryUse memory_use() const override { return {.reads_x = false}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
