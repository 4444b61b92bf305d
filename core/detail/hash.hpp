#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

/// Returns the hash of bytes, XXH3 of 64 bits. The hash of one part is the seed of the next.
std::uint64_t hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed = 0);

}  // namespace minnow::inline MINNOW_PRECISION
