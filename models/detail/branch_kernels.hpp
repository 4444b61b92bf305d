#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Computes y = a + b for n elements; any two of them may be the same memory.
MINNOW_API void add(const Real* a, const Real* b, Real* y, std::size_t n);

/// Computes y = a * b.
void multiply(const Real* a, const Real* b, Real* y, std::size_t n);
void multiply(const Real* a, Real b, Real* y, std::size_t n);

/// Computes y = y + a * b.
void multiply_add(const Real* a, const Real* b, Real* y, std::size_t n);
void multiply_add(const Real* a, Real b, Real* y, std::size_t n);

/// Returns the sum of a * b, computed in double.
double dot(const Real* a, const Real* b, std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
