#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Matrices of a product c = a b + beta c, each with the distance from one row, and one column, to the next, of which
/// one is 1.
///   a: (m, k), b: (k, n), c: (m, n).
struct StridedProduct {
  std::size_t m, n, k;
  const Real* a;
  std::size_t a_row, a_column;
  const Real* b;
  std::size_t b_row, b_column;
  Real* c;
  std::size_t c_row, c_column;
  Real beta;  // 0 overwrites
};

}  // namespace minnow::inline MINNOW_PRECISION::kernels
