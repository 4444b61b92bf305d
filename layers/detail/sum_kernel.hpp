#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Returns the sum of n elements, computed in double so that cancellation loses no digits.
double sum(const Real* x, std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
