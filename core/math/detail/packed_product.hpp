#pragma once

#include <minnow/core/math/detail/product.hpp>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Computes the product on the calling thread. A part of b is packed for the second-level cache, and a few rows of a at
/// a time for the first, as in Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008). Each
/// element of c is summed in the order of k, at most 256 terms at a time, so the bits do not depend on how c is divided
/// into blocks.
MINNOW_API void packed_product(const Product& product);

/// Returns true if the CPU has the instructions (AVX-512) that packed_product is written for.
MINNOW_API bool packed_product_is_fast();

/// The buffers of packed_product.
struct PackedWorkspace {
  static constexpr std::size_t depth = 256;                // terms of a sum that are added at a time
  static constexpr std::size_t max_rows = 12;              // rows of a panel of a
  static constexpr std::size_t panel_stride = depth + 16;  // not a power of two: its multiples would share cache sets
  static constexpr std::size_t block_size = depth * 512;   // elements of b
  static constexpr std::size_t transposed_size = 1 << 18;  // elements of c, if c^T is computed

  alignas(64) Real panel[max_rows * panel_stride];
  alignas(64) Real block[block_size];
  alignas(64) Real transposed[transposed_size];
};

/// Returns the calling thread's workspace. The first call on a thread allocates it.
PackedWorkspace& packed_workspace();

}  // namespace minnow::inline MINNOW_PRECISION::kernels
