#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <span>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// Decompresses the entries of a compressed NPZ file: NpzReader(path, datasets::inflate). Fills `bytes` with the first
/// decompressed bytes. Throws DataError with the reason if the data is invalid or ends before.
MINNOW_API void inflate(std::span<const std::byte> compressed, std::span<std::byte> bytes);

}  // namespace minnow::inline MINNOW_PRECISION::datasets
