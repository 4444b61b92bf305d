#pragma once

#include <minnow/core/math/detail/dense_kernels.hpp>
#include <minnow/core/math/detail/product.hpp>
#include <minnow/core/parameter.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// The parameters of a Dense: weight (out, in) and, unless null, bias (out).
struct DenseParts {
  Parameter* weight;
  Parameter* bias;
};

/// A block of x weight^T within y.
struct DenseBlock {
  Real* y;           // first element
  const Real* bias;  // of the block's columns; null without a bias
  std::size_t column, rows, columns, stride;

  /// y = activation(y + bias)
  void add_bias(Activation activation) const { kernels::bias_activation(activation, bias, y, rows, columns, stride); }
};

/// Throws ShapeError if a batch of Dense(in -> out) has 2^31 rows or more.
void check_rows(std::size_t rows, std::size_t in, std::size_t out);

/// Computes y = x weight^T block by block, and calls finish(block) for each block while the block is in the cache.
///   x: (N, ...) with `in` elements per row of y, y: (N, ..., out).
template <class Finish>
void dense_forward(const DenseParts& parts, const Tensor& x, Tensor& y, const Finish& finish) {
  const std::size_t out = y.shape().back(), rows = y.size() / out;
  if (rows == 0) return;
  const std::size_t in = x.size() / rows;
  check_rows(rows, in, out);
  const MatrixView input{x.data(), in}, weight{parts.weight->value.data(), in, true};
  const Real* bias = parts.bias != nullptr ? parts.bias->value.data() : nullptr;
  for_each_block(rows, out, in, [&](Block block) {
    Real* first = y.data() + block.top * out + block.left;
    multiply({.m = block.rows(),
              .n = block.columns(),
              .k = in,
              .a = input.from_row(block.top),
              .b = weight.from_column(block.left),
              .c = first,
              .c_row_stride = out});
    finish(DenseBlock{first, bias != nullptr ? bias + block.left : nullptr, block.left, block.rows(), block.columns(),
                      out});
  });
}

/// Adds dL/dweight and dL/dbias to the gradients, and writes dL/dx unless dx is null.
///   dz: buffer for dy activation'(y), of y's shape; null without an activation.
void dense_backward(const DenseParts& parts, Activation activation, const Tensor& x, const Tensor& y, const Tensor& dy,
                    Tensor* dx, Tensor* dz);

}  // namespace minnow::inline MINNOW_PRECISION
