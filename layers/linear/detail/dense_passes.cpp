#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/math/detail/product.hpp>
#include <minnow/layers/linear/detail/dense_passes.hpp>
#include <minnow/layers/normalization/detail/batch_norm_pass.hpp>

#include <algorithm>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
void dense_forward(const DenseParameters& parameters, Activation activation, const Tensor& x, Tensor& y,
                   const BatchNormPass* norm) {
  const std::size_t out = parameters.weight->value.shape()[0], in = parameters.weight->value.shape()[1];
  const std::size_t rows = y.size() / out;
  if (rows == 0) return;
  if (rows > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw ShapeError(
        format_text("Dense({} -> {}): expected fewer than 2^31 samples, got {}. Split the batch.", in, out, rows));
  const MatrixView input{x.data(), in}, weight{parameters.weight->value.data(), in, true};
  const Real* bias = parameters.bias != nullptr ? parameters.bias->value.data() : nullptr;
  for_each_block(rows, out, in, [&](Block block) {
    Real* corner = y.data() + block.top * out + block.left;
    multiply({.m = block.rows(),
              .n = block.columns(),
              .k = in,
              .a = input.from_row(block.top),
              .b = weight.from_column(block.left),
              .c = corner,
              .c_row_stride = out});
    const Real* block_bias = bias != nullptr ? bias + block.left : nullptr;
    if (norm == nullptr)
      return kernels::bias_activation(activation, block_bias, corner, block.rows(), block.columns(), out);
    kernels::bias_activation(Activation::none, block_bias, corner, block.rows(), block.columns(), out);
    kernels::normalize(corner, corner, {block.rows(), block.columns(), out}, &norm->mean[block.left],
                       &norm->scale[block.left], &norm->shift[block.left]);
    kernels::bias_activation(activation, nullptr, corner, block.rows(), block.columns(), out);
  });
}

namespace {

/// dz = dy activation'(y), and the bias's gradient, in one pass; returns where dz is: dy itself without an activation.
const Real* through_activation(Parameter* bias, Activation activation, const Tensor& y, const Tensor& dy, Tensor* dz) {
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
  const std::size_t piece = (light_grain / std::max<std::size_t>(rows, 1) / line + 1) * line;
  parallel_for(out, piece, [&](std::size_t left, std::size_t right) {
    kernels::activation_backward(activation, y.data() + left, dy.data() + left, z != nullptr ? z + left : nullptr,
                                 sums != nullptr ? sums + left : nullptr, beta, rows, right - left, out);
  });
  return z != nullptr ? z : dy.data();
}

}  // namespace

void dense_backward(const DenseParameters& parameters, Activation activation, const Tensor& x, const Tensor& y,
                    const Tensor& dy, Tensor* dx, Tensor* dz) {
  const auto [weight, bias] = parameters;
  const std::size_t out = weight->value.shape()[0], in = weight->value.shape()[1], rows = dy.size() / out;
  const MatrixView gradient{through_activation(bias, activation, y, dy, dz), out};
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
