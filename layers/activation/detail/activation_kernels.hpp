#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

/// \file
/// Activations in addition to core/math/kernels.hpp. Each is one pass; y may be x, and dx may be dy. At infinite x, y
/// and the derivative are the limits: GELU, SiLU and Hardswish give 0 and 0 at -infinity, infinity and 1 at +infinity.

namespace minnow::inline MINNOW_PRECISION::kernels {

/// y = x if x > 0, otherwise slope x.
void leaky_relu(const Real* x, Real slope, Real* y, std::size_t n);
/// dx = dy if x > 0, otherwise slope dy. If slope > 0, y may be passed for x.
void leaky_relu_backward(const Real* x, Real slope, const Real* dy, Real* dx, std::size_t n);

/// y = min(max(x, 0), 6).
void relu6(const Real* x, Real* y, std::size_t n);
/// dx = dy if 0 < y < 6, otherwise 0.
void relu6_backward(const Real* y, const Real* dy, Real* dx, std::size_t n);

/// y = min(max(x + 3, 0), 6) / 6.
void hardsigmoid(const Real* x, Real* y, std::size_t n);
/// dx = dy / 6 if -3 < x < 3, otherwise 0.
void hardsigmoid_backward(const Real* x, const Real* dy, Real* dx, std::size_t n);

/// y = x min(max(x + 3, 0), 6) / 6.
void hardswish(const Real* x, Real* y, std::size_t n);
/// dx = dy (x / 3 + 1 / 2) if -3 < x < 3, 0 below, dy above.
void hardswish_backward(const Real* x, const Real* dy, Real* dx, std::size_t n);

/// y = x Phi(x); Phi is the standard normal distribution function.
void gelu(const Real* x, Real* y, std::size_t n);
/// dx = dy (Phi(x) + x Phi'(x)).
void gelu_backward(const Real* x, const Real* dy, Real* dx, std::size_t n);

/// y = x (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3).
void gelu_tanh(const Real* x, Real* y, std::size_t n);
void gelu_tanh_backward(const Real* x, const Real* dy, Real* dx, std::size_t n);

/// y = x sigmoid(x).
void silu(const Real* x, Real* y, std::size_t n);
/// dx = dy (s + x s (1 - s)) with s = sigmoid(x).
void silu_backward(const Real* x, const Real* dy, Real* dx, std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
