#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// A height and a width, or one number for both: 3 or {3, 5}.
struct Size2d {
  Size2d(std::size_t both) : height(both), width(both) {}
  Size2d(int both) : Size2d(static_cast<std::size_t>(both)) {}  // a literal; what is negative becomes too large
  Size2d(std::size_t height_, std::size_t width_) : height(height_), width(width_) {}

  std::size_t height, width;
  friend bool operator==(const Size2d&, const Size2d&) = default;
};

/// "3" or "3x5".
MINNOW_API std::string to_string(Size2d size);

}  // namespace minnow::inline MINNOW_PRECISION
