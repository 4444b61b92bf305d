#include <minnow/core/detail/hash.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace minnow::inline MINNOW_PRECISION {

std::uint64_t hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace minnow::inline MINNOW_PRECISION
