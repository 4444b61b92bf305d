#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <filesystem>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// Reads an IDX file of unsigned bytes, the format of MNIST, plain or compressed by gzip; the content decides which.
/// A gzip file may have several members, and zeros after the last member.
/// Returns the values, 0 to 255, in the file's shape. Throws DataError, with the file's name, if the file does not have
/// `dimensions` axes (1 to 8) or its length does not match its shape.
MINNOW_API Tensor read_idx(const std::filesystem::path& path, std::size_t dimensions);

}  // namespace minnow::inline MINNOW_PRECISION::datasets
