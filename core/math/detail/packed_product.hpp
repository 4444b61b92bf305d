#pragma once

#include <minnow/core/math/detail/strided_product.hpp>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Computes the product on this thread by a kernel of our own: part of b is packed for the second-level cache, and a
/// few rows of a at a time for the first, as in Goto and van de Geijn, "Anatomy of high-performance matrix
/// multiplication" (2008). Of an element of c, the products are summed up in the order of k, 256 at most at a time,
/// however c is cut up.
MINNOW_API void packed_product(const StridedProduct& product);

/// Whether the CPU has the instructions (AVX-512) that the kernel was written for.
MINNOW_API bool packed_product_is_fast();

/// What the kernel works in.
struct PackedRoom {
  static constexpr std::size_t depth = 256;                  // how much of k is summed up at once
  static constexpr std::size_t most_rows = 12;               // of a
  static constexpr std::size_t panel_row = depth + 16;       // no power of two: its multiples share places in a cache
  static constexpr std::size_t block_numbers = depth * 512;  // of b
  static constexpr std::size_t turned_numbers = 1 << 18;     // of c, where its transpose is computed

  alignas(64) Real panel[most_rows * panel_row];
  alignas(64) Real block[block_numbers];
  alignas(64) Real turned[turned_numbers];
};

/// That of this thread, which takes memory for it when first asked.
PackedRoom& packed_room();

}  // namespace minnow::inline MINNOW_PRECISION::kernels
