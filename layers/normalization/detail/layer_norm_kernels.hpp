#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// The normalisation of a row: xhat = ((x - mean) - rest) inverse. `rest` is the rounding error of `mean`. The
/// difference is therefore accurate even if the mean is far from 0.
struct RowStatistics {
  Real mean, rest, inverse;  // inverse = 1 / sqrt(variance + eps)
};

/// Rows of `cols` elements. Null weights are 1, null biases 0.
struct NormRows {
  std::size_t rows, cols;
  const Real* x;
  const Real *weight, *bias;  // (cols)
  RowStatistics* statistics;  // (rows)
};

/// Computes y = xhat weight + bias, and writes the statistics. y may be x.
void layer_norm(const NormRows& in, double eps, Real* y);

/// Computes dx = inverse (g - mean(g) - xhat mean(g xhat)) with g = dy weight. dx may be dy.
void layer_norm_backward(const NormRows& in, const Real* dy, Real* dx);

/// Computes, for columns [begin, end), weight_grad = weight_beta weight_grad + sum over the rows of dy xhat, and
/// bias_grad = bias_beta bias_grad + sum over the rows of dy. Either may be null.
void layer_norm_gradients(const NormRows& in, const Real* dy, std::size_t begin, std::size_t end, Real* weight_grad,
                          Real weight_beta, Real* bias_grad, Real bias_beta);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
