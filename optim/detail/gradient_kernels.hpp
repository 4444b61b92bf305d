#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Returns the sum of x^2, computed in double.
double sum_of_squares(const Real* x, std::size_t n);

/// x *= factor. The factor may be too small for a float.
void scale(double factor, Real* x, std::size_t n);

/// x = min(max(x, -limit), limit); NaN stays.
void clamp(Real limit, Real* x, std::size_t n);

/// average += weight (x - average).
void move_average(Real weight, const Real* x, Real* average, std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
