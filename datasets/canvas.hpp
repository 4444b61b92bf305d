#pragma once

#include <minnow/core/config.hpp>
#include <minnow/core/rng.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
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

/// 0 below `low`, 1 above `high`, smooth between.
inline double smooth_step(double low, double high, double x) {
  const double t = std::clamp((x - low) / (high - low), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

/// A line from a to b as thick as a disc that rolls along it while its radius goes from `radius_a` to `radius_b`.
struct Limb {
  Vec a, b;
  double radius_a = 0, radius_b = 0;
};

/// Smooth random values in [0, 1] over the plane, one knot per unit, repeating after `period` units.
class Texture {
 public:
  explicit Texture(Rng& rng);
  double operator()(Vec p) const;

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
  double pixel() const { return 1.0 / static_cast<double>(size_); }
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
        Clay& clay = clay_[row * size_ + column];
        const double coverage = std::clamp(0.5 - clay.distance * sharpness, 0.0, 1.0);
        Colour& colour = colours_[row * size_ + column];
        if (coverage > 0) colour = mix(colour, paint(Surface{centre(row, column), clay.normal}), coverage * opacity);
        clay = {};
      }
    touched_ = {};
  }

 private:
  struct Clay {
    double distance = 1e9;  // to the surface, negative inside
    Vec normal;
  };
  struct Box {
    std::size_t top = 0, bottom = 0, left = 0, right = 0;
  };

  Vec centre(std::size_t row, std::size_t column) const {
    return {(static_cast<double>(column) + 0.5) * pixel(), (static_cast<double>(row) + 0.5) * pixel()};
  }
  Box pixels_near(const Limb& limb, double margin) const;

  std::size_t size_;
  std::vector<Colour> colours_;
  std::vector<Clay> clay_;
  Box touched_;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
