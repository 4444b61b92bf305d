#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

/// \file
/// The vectorised loops that layers and losses use, on plain pointers. Each is one pass over the memory and allocates
/// nothing. The instruction set is chosen at run time. An output may be the same memory as an input of the same size.
/// NaN and infinity propagate as in IEEE 754. Matrices are row-major: (rows, cols).

namespace minnow::inline MINNOW_PRECISION::kernels {

/// y = max(x, 0).
MINNOW_API void relu(const Real* x, Real* y, std::size_t n);
/// dx = dy where y > 0, else 0.
MINNOW_API void relu_backward(const Real* y, const Real* dy, Real* dx, std::size_t n);

/// y = e^x; 0 if e^x is below the smallest normal number.
MINNOW_API void exp(const Real* x, Real* y, std::size_t n);
/// y = log(x); -infinity if x = 0, NaN if x < 0.
MINNOW_API void log(const Real* x, Real* y, std::size_t n);
/// y = log(1 + x), accurate near 0 too.
MINNOW_API void log1p(const Real* x, Real* y, std::size_t n);
/// y = erf(x).
MINNOW_API void erf(const Real* x, Real* y, std::size_t n);

/// y = 1 / (1 + e^-x), accurate if y is close to 0 too.
MINNOW_API void sigmoid(const Real* x, Real* y, std::size_t n);
/// dx = dy y (1 - y).
MINNOW_API void sigmoid_backward(const Real* y, const Real* dy, Real* dx, std::size_t n);

/// y = tanh(x).
MINNOW_API void tanh(const Real* x, Real* y, std::size_t n);
/// dx = dy (1 - y^2).
MINNOW_API void tanh_backward(const Real* y, const Real* dy, Real* dx, std::size_t n);

/// y_ij = e^(x_ij - max_i) / sum over k of e^(x_ik - max_i). y must not be the memory of x.
MINNOW_API void softmax(const float* x, float* y, std::size_t rows, std::size_t cols);
MINNOW_API void softmax(const double* x, double* y, std::size_t rows, std::size_t cols);
/// dx_ij = y_ij (dy_ij - sum over k of y_ik dy_ik).
MINNOW_API void softmax_backward(const Real* y, const Real* dy, Real* dx, std::size_t rows, std::size_t cols);

/// The maximum of a row x, and the sum of e^(x_j - max) without the term of `label`. The label's term is separate so
/// that cross-entropy loses no digits if the label's probability is close to 1.
struct RowExponentials {
  double max;
  double sum_others;  // sum of e^(x_j - max) over j != label
  double at_label;    // e^(x_label - max); 0 if label >= cols
};
/// Returns these values and writes e^(x_j - max) to y_j. cols >= 1.
MINNOW_API RowExponentials exponentials(const float* x, float* y, std::size_t cols, std::size_t label);
MINNOW_API RowExponentials exponentials(const double* x, double* y, std::size_t cols, std::size_t label);

/// y = factor x.
MINNOW_API void scale(const Real* x, Real factor, Real* y, std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
