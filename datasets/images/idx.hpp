#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <filesystem>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// Reads an IDX file of unsigned bytes, the format of MNIST, as it is or compressed by gzip (its content tells which):
/// whole numbers from 0 to 255 in the shape the file states. Throws DataError, naming the file, unless it has
/// `dimensions` axes (1 to 8) and is exactly as long as they say.
MINNOW_API Tensor read_idx(const std::filesystem::path& path, std::size_t dimensions);

}  // namespace minnow::inline MINNOW_PRECISION::datasets
