#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

/// \file
/// A very small painter's canvas. There is one kind of shape, the limb; what is painted is a smooth union of limbs,
/// like clay, so that a few of them make an animal without visible joints.

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
/// The unit vector at `angle` radians from +x towards +y.
inline Vec direction(double angle) { return {std::cos(angle), std::sin(angle)}; }

struct Colour {
  double r = 0, g = 0, b = 0;
};
inline Colour operator+(Colour a, Colour b) { return {a.r + b.r, a.g + b.g, a.b + b.b}; }
inline Colour operator*(double s, Colour c) { return {s * c.r, s * c.g, s * c.b}; }
inline Colour operator*(Colour a, Colour b) { return {a.r * b.r, a.g * b.g, a.b * b.b}; }
inline Colour mix(Colour a, Colour b, double amount) { return (1 - amount) * a + amount * b; }
/// Perceived brightness (the weights of ITU-R BT.601).
inline double luma(Colour c) { return 0.299 * c.r + 0.587 * c.g + 0.114 * c.b; }

/// From 0 to 1 as t goes from 0 to 1, level at both ends.
inline double smooth_step(double t) { return t * t * (3 - 2 * t); }
/// 0 below `low`, 1 above `high`, smooth between.
inline double smooth_step(double low, double high, double x) {
  return smooth_step(std::clamp((x - low) / (high - low), 0.0, 1.0));
}

/// A line from a to b as thick as a disc that rolls along it while its radius goes from `radius_a` to `radius_b`.
struct Limb {
  Vec a, b;
  double radius_a = 0, radius_b = 0;
};

/// The largest whole number <= x; std::floor is a function call on plain x86-64.
inline std::int64_t floor_index(double x) {
  const auto whole = static_cast<std::int64_t>(x);
  return whole - (x < static_cast<double>(whole));
}

/// Smooth random values in [0, 1] over the plane, one knot per unit, repeating after `period` units.
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

/// A square picture over [0, 1] x [0, 1], x to the right and y down.
class Canvas {
 public:
  /// What a point of the clay looks like from the front: where it is, and which way its surface leans. The normal's
  /// third component, towards the viewer, follows from its length being 1.
  struct Surface {
    Vec point, normal;
  };

  explicit Canvas(std::size_t size);

  std::size_t size() const { return size_; }
  double pixel() const { return pixel_; }
  Colour at(std::size_t row, std::size_t column) const { return colours_[row * size_ + column]; }

  /// Repaints every pixel with `paint(point, colour so far)`.
  template <class Paint>
  void repaint(Paint paint) {
    for (std::size_t row = 0; row < size_; ++row)
      for (std::size_t column = 0; column < size_; ++column) {
        Colour& colour = colours_[row * size_ + column];
        colour = paint(centre(row, column), colour);
      }
  }

  /// Adds a limb to the clay; where it meets what is there, the two melt together within `softness`.
  void add(const Limb& limb, double softness = 0);

  /// Paints the clay with `paint(surface)` and takes it away. Its edge is anti-aliased, or `blur` wide if that is
  /// wider.
  template <class Paint>
  void paint(Paint paint, double opacity = 1, double blur = 0) {
    const double sharpness = 1 / std::max(blur, pixel());
    for (std::size_t row = touched_.top; row < touched_.bottom; ++row)
      for (std::size_t column = touched_.left; column < touched_.right; ++column) {
        const std::size_t i = row * size_ + column;
        const double coverage = std::min(0.5 - static_cast<double>(distance_[i]) * sharpness, 1.0);
        if (coverage > 0) {
          const Vec normal{static_cast<double>(normal_x_[i]), static_cast<double>(normal_y_[i])};
          colours_[i] = mix(colours_[i], paint(Surface{centre(row, column), normal}), coverage * opacity);
        }
        distance_[i] = far;
      }
    touched_ = {};
  }

 private:
  struct Box {
    std::size_t top = 0, bottom = 0, left = 0, right = 0;
  };

  Vec centre(std::size_t row, std::size_t column) const {
    return {(static_cast<double>(column) + 0.5) * pixel_, (static_cast<double>(row) + 0.5) * pixel_};
  }
  Box pixels_near(const Limb& limb, double margin) const;

  static constexpr float far = 1e9F;

  std::size_t size_;
  double pixel_ = 1.0 / static_cast<double>(size_);
  std::vector<Colour> colours_;
  // The clay, for each pixel: the distance to its surface, negative inside, and the normal there.
  std::vector<float> distance_, normal_x_, normal_y_;
  Box touched_;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
