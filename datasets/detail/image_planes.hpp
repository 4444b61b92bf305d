#pragma once

#include <minnow/core/error.hpp>
#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// View of one sample as an image (channels, height, width).
struct ImagePlanes {
  Real* data;
  std::size_t channels, height, width;

  /// Throws ShapeError, with `who` in the message, if the shape is not (C, H, W).
  ImagePlanes(const char* who, std::span<Real> sample, const Shape& shape) : data(sample.data()) {
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

/// Maps `i` to [0, n), n >= 1, by reflection about the first and the last pixel, repeated as often as needed.
inline std::size_t reflect(std::ptrdiff_t i, std::size_t n) {
  if (n == 1) return 0;
  const std::size_t period = 2 * (n - 1), from_zero = static_cast<std::size_t>(i < 0 ? -i : i) % period;
  return from_zero < n ? from_zero : period - from_zero;
}

}  // namespace minnow::inline MINNOW_PRECISION
