#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// Decodes each file and resamples it to 3 * size * size elements of `images`, on all cores. Returns the reason of
/// failure for each file; empty if the file was decoded.
std::vector<std::string> decode_files(std::span<const std::filesystem::path> paths, std::size_t size, Real* images);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
