#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/animals/detail/geometry.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

/// Smooth random values in [0, 1] over the plane, interpolated between one knot per unit, with a period of 16 units.
class Texture {
 public:
  explicit Texture(Rng& rng);

  double knot(std::int64_t column, std::int64_t row) const {
    const auto wrap = [](std::int64_t i) { return static_cast<std::size_t>(i) & (period - 1); };
    return static_cast<double>(knots_[wrap(row) * period + wrap(column)]);
  }

  double operator()(Vec p) const {
    const std::int64_t column = floor_index(p.x), row = floor_index(p.y);
    const double u = smooth_step(p.x - static_cast<double>(column)), v = smooth_step(p.y - static_cast<double>(row));
    const auto along = [&](std::int64_t r) { return (1 - u) * knot(column, r) + u * knot(column + 1, r); };
    return (1 - v) * along(row) + v * along(row + 1);
  }

 private:
  static constexpr std::size_t period = 16;
  std::array<float, period * period> knots_;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
