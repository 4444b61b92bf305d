#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <string>
#include <vector>

/// \file
/// The loops over memory that layers and losses are made of, on plain pointers: one pass each, no allocation,
/// vectorised for the CPU at hand (chosen at run time). Every output may be the same memory as an input of the same
/// size. NaN and infinity propagate as in IEEE 754. A matrix is row-major: (rows, cols).

namespace minnow::inline MINNOW_PRECISION::kernels {

/// y = max(x, 0).
MINNOW_API void relu(const Real* x, Real* y, std::size_t n);
/// dx = dy where y > 0, else 0.
MINNOW_API void relu_backward(const Real* y, const Real* dy, Real* dx, std::size_t n);

/// y = e^x; 0 where that is below the smallest normal number.
MINNOW_API void exp(const Real* x, Real* y, std::size_t n);
/// y = log(x): -infinity at 0, NaN below.
MINNOW_API void log(const Real* x, Real* y, std::size_t n);
/// y = log(1 + x), without loss near 0.
MINNOW_API void log1p(const Real* x, Real* y, std::size_t n);
/// y = erf(x).
MINNOW_API void erf(const Real* x, Real* y, std::size_t n);

/// y = 1 / (1 + e^-x), to the last digits also where it is close to 0.
MINNOW_API void sigmoid(const Real* x, Real* y, std::size_t n);
/// dx = dy y (1 - y).
MINNOW_API void sigmoid_backward(const Real* y, const Real* dy, Real* dx, std::size_t n);

/// y = tanh(x).
MINNOW_API void tanh(const Real* x, Real* y, std::size_t n);
/// dx = dy (1 - y^2).
MINNOW_API void tanh_backward(const Real* y, const Real* dy, Real* dx, std::size_t n);

/// y_ij = e^(x_ij - max_i) / sum over k of e^(x_ik - max_i). Not in place.
MINNOW_API void softmax(const float* x, float* y, std::size_t rows, std::size_t cols);
MINNOW_API void softmax(const double* x, double* y, std::size_t rows, std::size_t cols);
/// dx_ij = y_ij (dy_ij - sum over k of y_ik dy_ik).
MINNOW_API void softmax_backward(const Real* y, const Real* dy, Real* dx, std::size_t rows, std::size_t cols);

/// max over a row of x, and the sum of e^(x_j - max) over it, with the term of `label` kept apart: what cross-entropy
/// needs of a row to lose no digits when the label's probability is close to 1.
struct RowExponentials {
  double max;
  double sum_others;  // sum of e^(x_j - max) over j != label
  double at_label;    // e^(x_label - max); 0 when label >= cols
};
/// Also writes e^(x_j - max) into y_j. cols >= 1.
MINNOW_API RowExponentials exponentials(const float* x, float* y, std::size_t cols, std::size_t label);
MINNOW_API RowExponentials exponentials(const double* x, double* y, std::size_t cols, std::size_t label);

/// y = factor x.
MINNOW_API void scale(const Real* x, Real factor, Real* y, std::size_t n);

/// The instruction set the kernels run on: "AVX3" (AVX-512), "AVX2", "SSE4", ... or "SCALAR", the baseline of any
/// x86-64.
MINNOW_API std::string instruction_set();

/// All of them that this CPU can use, the best first.
MINNOW_API std::vector<std::string> instruction_sets();

/// Holds the kernels to one of them; nothing happens when it is none. For tests, like the next.
MINNOW_API void force_instruction_set(const std::string& name);

/// Holds the kernels to the baseline, or lets them choose again. For tests: do not call while another thread computes.
MINNOW_API void force_baseline(bool on);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
