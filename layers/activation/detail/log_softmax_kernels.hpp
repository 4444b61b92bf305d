#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// y_ij = x_ij - log(sum over k of e^x_ik). y may be x.
void log_softmax(const Real* x, Real* y, std::size_t rows, std::size_t cols);
/// dx_ij = dy_ij - e^y_ij (sum over k of dy_ik). dx may be dy.
void log_softmax_backward(const Real* y, const Real* dy, Real* dx, std::size_t rows, std::size_t cols);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
