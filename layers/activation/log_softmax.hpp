#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Turns each row of scores into logarithms of probabilities: y_ij = x_ij - log(sum over k of e^x_ik), computed without
/// overflow. x, y: (N, C). NLLLoss takes them; CrossEntropyLoss on the scores themselves is the same.
class MINNOW_API LogSoftmax : public Layer {
 public:
  std::string name() const override { return "LogSoftmax"; }
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  MemoryUse memory_use() const override { return {.reads_x = false, .in_place = true}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
