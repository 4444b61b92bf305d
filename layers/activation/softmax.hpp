#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Turns each row of scores into probabilities: y_ij = e^x_ij / sum over k of e^x_ik, computed without overflow.
/// x, y: (N, C). For training end with the scores and use CrossEntropyLoss, which contains the softmax.
class MINNOW_API Softmax : public Layer {
 public:
  std::string name() const override { return "Softmax"; }
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  MemoryUse memory_use() const override { return {.reads_x = false}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
