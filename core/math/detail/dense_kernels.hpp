#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// What a layer may do to its outputs on the way out.
enum class Activation { none, relu, sigmoid, tanh };

namespace kernels {

/// y_ij = activation(y_ij + bias_j), in place; bias may be null. Rows of y are `stride` apart.
MINNOW_API void bias_activation(Activation activation, const Real* bias, Real* y, std::size_t rows, std::size_t cols,
                                std::size_t stride);

/// dz_ij = dy_ij activation'(y_ij) and, unless sums is null, sums_j = beta sums_j + sum over i of dz_ij, in one pass.
/// beta = 0 overwrites. Without an activation neither y nor dz is touched. Rows are `stride` apart.
MINNOW_API void activation_backward(Activation activation, const Real* y, const Real* dy, Real* dz, Real* sums,
                                    Real beta, std::size_t rows, std::size_t cols, std::size_t stride);

}  // namespace kernels
}  // namespace minnow::inline MINNOW_PRECISION
