#pragma once

#include <minnow/core/precision.hpp>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

/// Red, green and blue, each 0 to 1 in an image.
struct Colour {
  double r = 0, g = 0, b = 0;
};
inline Colour operator+(Colour a, Colour b) { return {a.r + b.r, a.g + b.g, a.b + b.b}; }
inline Colour operator*(double s, Colour c) { return {s * c.r, s * c.g, s * c.b}; }
inline Colour operator*(Colour a, Colour b) { return {a.r * b.r, a.g * b.g, a.b * b.b}; }
inline Colour mix(Colour a, Colour b, double amount) { return (1 - amount) * a + amount * b; }
/// Returns the perceived brightness (weights of ITU-R BT.601).
inline double luma(Colour c) { return 0.299 * c.r + 0.587 * c.g + 0.114 * c.b; }

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
