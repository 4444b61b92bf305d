#pragma once

#include <minnow/core/config.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// A product c = a b + beta c of matrices that fit in the first-level cache.
///   a: (m, k), element (i, p) at a[i a_row + p a_column]; b: (k, n) and c: (m, n), row-major.
struct SmallProduct {
  std::size_t m, n, k;
  const Real* a;
  std::size_t a_row, a_column;
  const Real* b;
  std::size_t b_stride;
  Real* c;
  std::size_t c_stride;
  Real beta;  // 0 overwrites
};

/// Computes it without packing anything: below some thousand multiplications that, and what OpenBLAS asks before it
/// begins, takes longer than the product.
MINNOW_API void small_product(const SmallProduct& product);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
