#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <filesystem>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

/// Reads a NumPy array of real numbers, integers or booleans, row-major or in Fortran order, of either byte order.
/// Throws DataError if the file cannot be read or contains anything else.
MINNOW_API Tensor read_npy(const std::filesystem::path& path);

/// The same from the bytes of a file in memory.
MINNOW_API Tensor read_npy(std::span<const std::byte> bytes);

/// Writes a row-major, little-endian NumPy array of the type of Real. The file appears under its name only when it is
/// complete and synced to the disk. Throws DataError if it cannot be written; an old file is then unchanged.
MINNOW_API void write_npy(const std::filesystem::path& path, const Tensor& tensor);

}  // namespace minnow::inline MINNOW_PRECISION
