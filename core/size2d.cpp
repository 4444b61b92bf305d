#include <minnow/core/size2d.hpp>

namespace minnow::inline MINNOW_PRECISION {

std::string to_string(Size2d size) {
  const std::string height = std::to_string(size.height);
  return size.width == size.height ? height : height + "x" + std::to_string(size.width);
}

}  // namespace minnow::inline MINNOW_PRECISION
