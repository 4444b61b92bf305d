#pragma once

#include <minnow/core/error.hpp>
#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// One sample seen as a picture: `channels` planes of `height` rows of `width`.
struct PicturePlanes {
  Real* data;
  std::size_t channels, height, width;

  /// Throws ShapeError in the name of `who` unless the shape is (C, H, W).
  PicturePlanes(const char* who, std::span<Real> sample, const Shape& shape) : data(sample.data()) {
    if (shape.size() != 3 || num_elements(shape) != sample.size())
      throw ShapeError(std::string(who) + ": expected samples (C, H, W), got " + to_string(shape) + ".");
    channels = shape[0];
    height = shape[1];
    width = shape[2];
  }

  std::size_t plane_size() const { return height * width; }
  Real* plane(std::size_t c) const { return data + c * plane_size(); }
  Real* row(std::size_t c, std::size_t y) const { return plane(c) + y * width; }
};

/// Where `i` lies among n >= 1 pixels that are mirrored at the first and at the last, over and over.
inline std::size_t reflect(std::ptrdiff_t i, std::size_t n) {
  if (n == 1) return 0;
  const std::size_t period = 2 * (n - 1), from_zero = static_cast<std::size_t>(i < 0 ? -i : i) % period;
  return from_zero < n ? from_zero : period - from_zero;
}

}  // namespace minnow::inline MINNOW_PRECISION
