#pragma once

#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>

#include <cmath>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

// Checks of options. Each throws ValueError: "SGD: expected momentum to be at least 0 and finite, got -1."

inline void check_not_negative(const std::string& who, const char* option, double value) {
  if (!(value >= 0) || !std::isfinite(value))
    throw ValueError(format_text("{}: expected {} to be at least 0 and finite, got {}.", who, option, value));
}

inline void check_positive(const std::string& who, const char* option, double value) {
  if (!(value > 0) || !std::isfinite(value))
    throw ValueError(format_text("{}: expected {} to be above 0 and finite, got {}.", who, option, value));
}

inline void check_below_one(const std::string& who, const char* option, double value) {
  if (!(value >= 0 && value < 1))
    throw ValueError(format_text("{}: expected {} to be at least 0 and below 1, got {}.", who, option, value));
}

inline void check_fraction(const std::string& who, const char* option, double value) {
  if (!(value >= 0 && value <= 1))
    throw ValueError(format_text("{}: expected {} to be from 0 to 1, got {}.", who, option, value));
}

}  // namespace minnow::inline MINNOW_PRECISION
