#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Elements per group of the mask: four words of 64 bits.
inline constexpr std::size_t mask_group = 256;

/// Writes the masks of groups [first, first + groups) to mask[0 ... 4 groups). A bit is set with probability keep /
/// 2^32. A mask depends only on the key and the index of the group, and is the same on every CPU.
void draw_mask(std::uint64_t key, std::uint64_t first, std::size_t groups, std::uint64_t keep, std::uint64_t* mask);

/// y = x * (bit ? scale : 0). y may be x.
void apply_mask(const std::uint64_t* mask, Real scale, const Real* x, Real* y, std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
