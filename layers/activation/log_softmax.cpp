#include <minnow/core/error.hpp>
#include <minnow/layers/activation/detail/last_axis.hpp>
#include <minnow/layers/activation/detail/log_softmax_kernels.hpp>
#include <minnow/layers/activation/log_softmax.hpp>

namespace minnow::inline MINNOW_PRECISION {

Shape LogSoftmax::output_shape(const Shape& input) const {
  if (input.size() < 2) throw ShapeError("LogSoftmax: expected input (N, ..., C), got " + to_string(input) + ".");
  return input;
}

void LogSoftmax::forward(const Tensor& x, Tensor& y, Context&) {
  detail::for_last_axis(x, [&](std::size_t at, std::size_t rows) {
    kernels::log_softmax(x.data() + at, y.data() + at, rows, x.shape().back());
  });
}

void LogSoftmax::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx == nullptr) return;
  detail::for_last_axis(y, [&](std::size_t at, std::size_t rows) {
    kernels::log_softmax_backward(y.data() + at, dy.data() + at, dx->data() + at, rows, y.shape().back());
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
