#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {

/// Returns part / whole, or 0 if `whole` is 0.
inline double ratio(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Returns sum / count, or NaN if `count` is 0. On x86, 0 / 0 is a NaN that prints as "-nan".
inline double mean(double sum, double count) {
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / count;
}
inline double mean(std::size_t sum, std::size_t count) {
  return mean(static_cast<double>(sum), static_cast<double>(count));
}

}  // namespace minnow::inline MINNOW_PRECISION
