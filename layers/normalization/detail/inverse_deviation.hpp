#pragma once

#include <minnow/core/precision.hpp>

#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {

/// Returns 1 / sqrt(variance + eps), or 0 if the sum is below the smallest normal number of Real. The elements are then
/// constant: their normalised values are 0, and so are their gradients.
inline double inverse_deviation(double variance, double eps) {
  const double sum = variance + eps;
  return sum < static_cast<double>(std::numeric_limits<Real>::min()) ? 0 : 1 / std::sqrt(sum);  // NaN stays
}

}  // namespace minnow::inline MINNOW_PRECISION
