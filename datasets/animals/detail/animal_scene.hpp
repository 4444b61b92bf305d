#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/animals/detail/canvas.hpp>

/// \file
/// What surrounds an animal. Nothing here knows which animal it is.

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

/// The light of a scene.
class Light {
 public:
  explicit Light(Rng& rng);
  /// A colour on a surface that leans by `normal`, the part of its unit normal in the picture plane.
  Colour shade(Colour colour, Vec normal) const;
  /// Brightness and tint of the finished picture.
  Colour tint() const { return tint_; }

 private:
  Vec slant_;      // towards the light, in the picture plane
  double facing_;  // and towards the viewer
  double depth_;   // of the shadows
  Colour tint_;
};

/// How a background stands out from a figure of a given brightness: lighter or darker, whichever there is room for.
struct Contrast {
  Contrast(double figure, Rng& rng);
  double brightness;                   // of the figure
  bool lighter;                        // the background is
  static constexpr double gap = 0.27;  // by at least
};

/// Paints a random background: country, meadow, room, gradient or plain. `feet` is the height at which it will stand; a
/// horizon lies above it.
void paint_background(Canvas& canvas, const Contrast& contrast, double feet, Rng& rng);

/// Paints something that hides a part of what stands on `feet`: a tuft of grass, a bush, a post or a stone.
void paint_occluder(Canvas& canvas, double feet, const Light& light, Rng& rng);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
