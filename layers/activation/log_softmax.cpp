#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/activation/detail/log_softmax_kernels.hpp>
#include <minnow/layers/activation/log_softmax.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Calls body(index of the first element, number of rows) for ranges of rows along the last axis.
template <class Body>
void for_rows(const Tensor& matrix, const Body& body) {
  const std::size_t cols = std::max<std::size_t>(matrix.shape().back(), 1), rows = matrix.size() / cols;
  const std::size_t grain_size = std::max<std::size_t>(light_grain / 4 / cols, 1);
  parallel_for(rows, grain_size, [&](std::size_t begin, std::size_t end) { body(begin * cols, end - begin); });
}

}  // namespace

Shape LogSoftmax::output_shape(const Shape& input) const {
  if (input.size() < 2) throw ShapeError("LogSoftmax: expected input (N, ..., C), got " + to_string(input) + ".");
  return input;
}

void LogSoftmax::forward(const Tensor& x, Tensor& y, Context&) {
  for_rows(x, [&](std::size_t at, std::size_t rows) {
    kernels::log_softmax(x.data() + at, y.data() + at, rows, x.shape().back());
  });
}

void LogSoftmax::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx == nullptr) return;
  for_rows(y, [&](std::size_t at, std::size_t rows) {
    kernels::log_softmax_backward(y.data() + at, dy.data() + at, dx->data() + at, rows, y.shape().back());
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
