#include <minnow/core/error.hpp>
#include <minnow/core/math/kernels.hpp>
#include <minnow/layers/activation/softmax.hpp>

namespace minnow::inline MINNOW_PRECISION {

Shape Softmax::output_shape(const Shape& input) const {
  if (input.size() < 2) throw ShapeError("Softmax: expected input (N, ..., C), got " + to_string(input) + ".");
  return input;
}

void Softmax::forward(const Tensor& x, Tensor& y, Context&) {
  if (x.size() > 0) kernels::softmax(x.data(), y.data(), x.size() / x.shape().back(), x.shape().back());
}

void Softmax::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx != nullptr && y.size() > 0)
    kernels::softmax_backward(y.data(), dy.data(), dx->data(), y.size() / y.shape().back(), y.shape().back());
}

}  // namespace minnow::inline MINNOW_PRECISION
