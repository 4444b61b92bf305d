#pragma once

#include <minnow/core/config.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// A product c = a b + beta c of matrices that fit in the first-level cache.
///   a: (m, k), element (i, p) at a[i a_row + p a_column]; b: (k, n), likewise, one of its steps being 1; c: (m, n),
///   row-major.
struct SmallProduct {
  std::size_t m, n, k;
  const Real* a;
  std::size_t a_row, a_column;
  const Real* b;
  std::size_t b_row, b_column;
  Real* c;
  std::size_t c_stride;
  Real beta;  // 0 overwrites
};

/// The largest b, n k, whose columns, and not rows, may lie one after another.
inline constexpr std::size_t small_product_most_turned = 1024;

/// Computes it without packing anything but a b that lies column after column: below some thousand multiplications
/// that, and what OpenBLAS asks before it begins, takes longer than the product.
MINNOW_API void small_product(const SmallProduct& product);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
