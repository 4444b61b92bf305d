#pragma once

#include <minnow/datasets/images/image.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

#include "encode_images.hpp"

namespace minnow::test {

/// Returns the image as a camera in this orientation stores it: the inverse of the transformation for `orientation`.
inline Image stored_as(const Image& shown, int orientation) {
  const std::size_t h = shown.height, w = shown.width;
  Image stored{orientation < 5 ? h : w, orientation < 5 ? w : h, Bytes(shown.rgb.size())};
  for (std::size_t r = 0; r < stored.height; ++r)
    for (std::size_t c = 0; c < stored.width; ++c) {
      // Exif: 0th row and 0th column are the visual top/left, top/right, bottom/right, ... of the scene.
      const std::array<std::pair<std::size_t, std::size_t>, 8> scene{{{r, c},
                                                                      {r, w - 1 - c},
                                                                      {h - 1 - r, w - 1 - c},
                                                                      {h - 1 - r, c},
                                                                      {c, r},
                                                                      {c, w - 1 - r},
                                                                      {h - 1 - c, w - 1 - r},
                                                                      {h - 1 - c, r}}};
      const auto [y, x] = scene[static_cast<std::size_t>(orientation - 1)];
      std::copy_n(&shown.rgb[(y * w + x) * 3], 3, &stored.rgb[(r * stored.width + c) * 3]);
    }
  return stored;
}

/// Returns the path of a file in shared/cases beside the source tree, or an empty path if the file is missing.
inline fs::path shared_case(const std::string& name) {
  for (const char* parent : {"..", "../.."}) {
    const fs::path path = fs::path(MINNOW_SOURCE_DIR) / parent / "shared/cases" / name;
    if (fs::exists(path)) return path;
  }
  return {};
}

}  // namespace minnow::test
