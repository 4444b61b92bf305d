#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// A height and a width, or one value for both: {3, 5} or 3.
struct Size2d {
  Size2d(std::size_t both) : height(both), width(both) {}
  Size2d(int both) : Size2d(static_cast<std::size_t>(both)) {}  // for literals; a negative value becomes too large
  Size2d(std::size_t height_, std::size_t width_) : height(height_), width(width_) {}

  std::size_t height, width;
  friend bool operator==(const Size2d&, const Size2d&) = default;
};

/// Returns the size as text: "3" or "3x5".
MINNOW_API std::string to_string(Size2d size);

}  // namespace minnow::inline MINNOW_PRECISION
