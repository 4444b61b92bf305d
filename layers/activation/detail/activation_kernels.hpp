#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

/// \file
/// The activations that core/kernels.hpp does not have, like those: one pass, and y may be x, dx may be dy.

namespace minnow::inline MINNOW_PRECISION::kernels {

/// y = x where x > 0, else slope x.
void leaky_relu(const Real* x, Real slope, Real* y, std::size_t n);
/// dx = dy where x > 0, else slope dy. For a slope above 0, x may be y.
void leaky_relu_backward(const Real* x, Real slope, const Real* dy, Real* dx, std::size_t n);

/// y = x Phi(x), Phi the normal distribution's.
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
