#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/animals/detail/canvas.hpp>
#include <minnow/datasets/animals/detail/colour.hpp>
#include <minnow/datasets/animals/detail/geometry.hpp>

/// \file
/// Light, background and occluders of a scene. None of them depends on the animal's class.

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

/// The light of a scene.
class Light {
 public:
  explicit Light(Rng& rng);
  /// Returns the shaded colour of a surface. `normal` is the part of its unit normal in the image plane.
  Colour shade(Colour colour, Vec normal) const;
  /// Returns the factor of the finished image's colours: brightness and tint.
  Colour tint() const { return tint_; }

 private:
  // Unit vector towards the light: its part in the image plane, and its component towards the viewer.
  Vec direction_;
  double towards_viewer_;
  double depth_;  // strength of the shading
  Colour tint_;
};

/// The contrast of a background to a figure of a given brightness. The background is lighter or darker than the figure,
/// at random if both are possible.
struct Contrast {
  Contrast(double figure, Rng& rng);
  double brightness;                   // of the figure
  bool lighter;                        // the background is lighter than the figure
  static constexpr double gap = 0.27;  // minimal difference in brightness
};

/// Paints a random background: landscape, meadow, interior, gradient or plain. `feet` is the y coordinate of the
/// animal's feet; a horizon is above it.
void paint_background(Canvas& canvas, const Contrast& contrast, double feet, Rng& rng);

/// Paints an object in front of the animal: a tuft of grass, a bush, a post or a stone, standing near `feet`.
void paint_occluder(Canvas& canvas, double feet, const Light& light, Rng& rng);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
