#include <minnow/core/error.hpp>
#include <minnow/core/math/kernels.hpp>
#include <minnow/layers/activation/softmax.hpp>

namespace minnow::inline MINNOW_PRECISION {

Shape Softmax::output_shape(const Shape& input) const {
  if (input.size() != 2)
    throw ShapeError("Softmax: expected input (N, C), got " + to_string(input) + ". Put Flatten before it.");
  return input;
}

void Softmax::forward(const Tensor& x, Tensor& y, Context&) {
  kernels::softmax(x.data(), y.data(), x.shape()[0], x.shape()[1]);
}

void Softmax::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx != nullptr) kernels::softmax_backward(y.data(), dy.data(), dx->data(), y.shape()[0], y.shape()[1]);
}

}  // namespace minnow::inline MINNOW_PRECISION
