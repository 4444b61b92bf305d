#pragma once

#include <minnow/core/precision.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

inline constexpr double pi = 3.14159265358979324;
inline constexpr double degrees = pi / 180;

struct Vec {
  double x = 0, y = 0;
};
inline Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y}; }
inline Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y}; }
inline Vec operator*(double s, Vec a) { return {s * a.x, s * a.y}; }
inline double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y; }
inline double length(Vec a) { return std::sqrt(dot(a, a)); }
/// Returns the unit vector at `angle` radians from +x towards +y.
inline Vec direction(double angle) { return {std::cos(angle), std::sin(angle)}; }

/// Cubic interpolation from 0 at t = 0 to 1 at t = 1, with zero slope at both ends.
inline double smooth_step(double t) { return t * t * (3 - 2 * t); }
/// Returns 0 below `low`, 1 above `high`, and interpolates smoothly in between.
inline double smooth_step(double low, double high, double x) {
  return smooth_step(std::clamp((x - low) / (high - low), 0.0, 1.0));
}

/// Returns the largest integer <= x. std::floor is a function call on plain x86-64.
inline std::int64_t floor_index(double x) {
  const auto whole = static_cast<std::int64_t>(x);
  return whole - (x < static_cast<double>(whole));
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
