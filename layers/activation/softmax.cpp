#include <minnow/core/error.hpp>
#include <minnow/core/math/kernels.hpp>
#include <minnow/layers/activation/detail/last_axis.hpp>
#include <minnow/layers/activation/softmax.hpp>

namespace minnow::inline MINNOW_PRECISION {

Shape Softmax::output_shape(const Shape& input) const {
  if (input.size() < 2) throw ShapeError("Softmax: expected input (N, ..., C), got " + to_string(input) + ".");
  return input;
}

void Softmax::forward(const Tensor& x, Tensor& y, Context&) {
  detail::for_last_axis(x, [&](std::size_t at, std::size_t rows) {
    kernels::softmax(x.data() + at, y.data() + at, rows, x.shape().back());
  });
}

void Softmax::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx == nullptr) return;
  detail::for_last_axis(y, [&](std::size_t at, std::size_t rows) {
    kernels::softmax_backward(y.data() + at, dy.data() + at, dx->data() + at, rows, y.shape().back());
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
