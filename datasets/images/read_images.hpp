#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/datasets/images/skipped_file.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// The images of some files, in the order of the files.
struct ImageFiles {
  Tensor images;                             ///< (N, 3, size, size) in [0, 1]
  std::vector<std::filesystem::path> paths;  ///< N
  std::vector<SkippedFile> skipped;          ///< files that could not be decoded
};

/// Reads JPEG and PNG files and resizes them to (3, size, size), see resample. Decodes on all cores; the result does
/// not depend on their number. Throws ValueError if size is outside [1, 16384].
MINNOW_API ImageFiles read_images(std::span<const std::filesystem::path> paths, std::size_t size);

}  // namespace minnow::inline MINNOW_PRECISION::datasets
