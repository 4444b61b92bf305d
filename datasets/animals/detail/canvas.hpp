#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/datasets/animals/detail/colour.hpp>
#include <minnow/datasets/animals/detail/geometry.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

/// A segment from a to b with rounded ends, whose radius changes linearly from `radius_a` to `radius_b`.
struct Limb {
  Vec a, b;
  double radius_a = 0, radius_b = 0;
};

/// A square image over [0, 1] x [0, 1], with x to the right and y down. Shapes are smooth unions of limbs: limbs are
/// added one by one, then the shape is painted.
class Canvas {
 public:
  /// A point of the shape's surface and the part of its unit normal in the image plane. The third component of the
  /// normal, towards the viewer, follows from these two.
  struct Surface {
    Vec point, normal;
  };

  explicit Canvas(std::size_t size);

  std::size_t size() const { return size_; }
  double pixel() const { return pixel_; }
  Colour at(std::size_t row, std::size_t column) const { return colours_[row * size_ + column]; }

  /// Replaces the colour of every pixel by `paint(point, colour)`.
  template <class Paint>
  void repaint(Paint paint) {
    for (std::size_t row = 0; row < size_; ++row)
      for (std::size_t column = 0; column < size_; ++column) {
        Colour& colour = colours_[row * size_ + column];
        colour = paint(centre(row, column), colour);
      }
  }

  /// Adds a limb to the shape. `softness` is the width of the smooth transition to the limbs added before.
  void add(const Limb& limb, double softness = 0);

  /// Paints the shape with the colours `paint(surface)` and starts a new shape. The edge is anti-aliased; it is `blur`
  /// wide if `blur` exceeds a pixel.
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
  // The shape, per pixel: signed distance to its outline, negative inside, and the normal.
  std::vector<float> distance_, normal_x_, normal_y_;
  Box touched_;  // contains all pixels changed since the last paint()
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
