#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// What a row's normalisation is: xhat = ((x - mean) - rest) inverse. `mean` is rounded, `rest` what it lacks: the
/// digits of x - mean are then right however far the mean is from 0.
struct RowStatistics {
  Real mean, rest, inverse;  // inverse = 1 / sqrt(variance + eps)
};

/// Rows of `cols` numbers; weight and bias may be null, for 1 and 0.
struct NormRows {
  std::size_t rows, cols;
  const Real* x;
  const Real *weight, *bias;  // (cols)
  RowStatistics* statistics;  // (rows)
};

/// y = xhat weight + bias; writes the statistics. y may be x.
void layer_norm(const NormRows& in, double eps, Real* y);

/// dx = inverse (g - mean(g) - xhat mean(g xhat)) with g = dy weight. dx may be dy.
void layer_norm_backward(const NormRows& in, const Real* dy, Real* dx);

/// For columns [begin, end): weight_grad = beta weight_grad + sum over the rows of dy xhat, and bias_grad of dy. Either
/// may be null.
void layer_norm_gradients(const NormRows& in, const Real* dy, std::size_t begin, std::size_t end, Real* weight_grad,
                          Real weight_beta, Real* bias_grad, Real bias_beta);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
