#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// Activation fused into the end of a layer's kernel.
enum class Activation { none, relu, sigmoid, tanh };

namespace kernels {

/// Computes y_ij = activation(y_ij + bias_j) in place. bias may be null. `stride` is the row stride of y.
MINNOW_API void bias_activation(Activation activation, const Real* bias, Real* y, std::size_t rows, std::size_t cols,
                                std::size_t stride);

/// Computes dz_ij = dy_ij activation'(y_ij) and, if sums is not null, sums_j = beta sums_j + sum over i of dz_ij, in
/// one pass. beta = 0 overwrites. Activation::none accesses neither y nor dz. `stride` is the row stride of y, dy and
/// dz.
MINNOW_API void activation_backward(Activation activation, const Real* y, const Real* dy, Real* dz, Real* sums,
                                    Real beta, std::size_t rows, std::size_t cols, std::size_t stride);

}  // namespace kernels
}  // namespace minnow::inline MINNOW_PRECISION
