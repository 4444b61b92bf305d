#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/linear/detail/dense_passes.hpp>

#include <algorithm>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {

void check_rows(std::size_t rows, std::size_t in, std::size_t out) {
  if (rows > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw ShapeError(
        format_text("Dense({} -> {}): expected fewer than 2^31 samples, got {}. Split the batch.", in, out, rows));
}

namespace {

/// Computes dz = dy activation'(y) and the gradient of the bias in one pass. Returns dz, or dy without an activation.
const Real* activation_backward(Parameter* bias, Activation activation, const Tensor& y, const Tensor& dy, Tensor* dz) {
  const bool trains_bias = bias != nullptr && bias->trainable;
  if (activation == Activation::none && !trains_bias) return dy.data();
  if (activation != Activation::none) resize(*dz, dy.shape());
  const std::size_t out = dy.shape().back(), rows = dy.size() / out;
  Real *z = activation != Activation::none ? dz->data() : nullptr, *sums = nullptr;
  Real beta = 0;
  if (trains_bias) {
    const GradientTarget target = bias->grad_target();
    sums = target.grad.data();
    beta = target.beta;
  }
  constexpr std::size_t line = 64;  // columns that start on a cache line
  const std::size_t grain = (light_grain / std::max<std::size_t>(rows, 1) / line + 1) * line;
  parallel_for(out, grain, [&](std::size_t left, std::size_t right) {
    kernels::activation_backward(activation, y.data() + left, dy.data() + left, z != nullptr ? z + left : nullptr,
                                 sums != nullptr ? sums + left : nullptr, beta, rows, right - left, out);
  });
  return z != nullptr ? z : dy.data();
}

}  // namespace

void dense_backward(const DenseParts& parts, Activation activation, const Tensor& x, const Tensor& y, const Tensor& dy,
                    Tensor* dx, Tensor* dz) {
  const auto [weight, bias] = parts;
  const std::size_t out = dy.shape().back(), rows = dy.size() / out, in = weight->value.size() / out;
  const MatrixView gradient{activation_backward(bias, activation, y, dy, dz), out};
  if (weight->trainable) {
    const auto [grad, beta] = weight->grad_target();
    multiply_parallel({.m = out,
                       .n = in,
                       .k = rows,
                       .a = gradient.transpose(),
                       .b = {x.data(), in},
                       .c = grad.data(),
                       .c_row_stride = in,
                       .beta = beta});
  }
  if (dx != nullptr)
    multiply_parallel({.m = rows,
                       .n = in,
                       .k = out,
                       .a = gradient,
                       .b = {weight->value.data(), in},
                       .c = dx->data(),
                       .c_row_stride = in});
}

}  // namespace minnow::inline MINNOW_PRECISION
