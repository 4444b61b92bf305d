#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/threading/parallel_for.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// The largest extent of a matrix that OpenBLAS can count.
inline constexpr std::size_t max_extent = (std::size_t{1} << 31) - 1;

/// A row-major matrix in memory, `stride` elements from one row to the next. If `transposed` is set, the view is the
/// transpose of the matrix in memory. The flag is needed because strides are ambiguous if an extent is 1.
struct MatrixView {
  const Real* data;
  std::size_t stride;
  bool transposed = false;

  /// Distance in elements from one row, or column, of the view to the next.
  std::size_t row_stride() const { return transposed ? 1 : stride; }
  std::size_t column_stride() const { return transposed ? stride : 1; }

  MatrixView transpose() const { return {data, stride, !transposed}; }
  MatrixView from_row(std::size_t i) const { return {data + i * row_stride(), stride, transposed}; }
  MatrixView from_column(std::size_t j) const { return {data + j * column_stride(), stride, transposed}; }
};

/// The matrix product c = a b + beta c. a: (m, k), b: (k, n), c: (m, n).
struct Product {
  std::size_t m, n, k;
  MatrixView a, b;
  Real* c;
  std::size_t c_row_stride, c_column_stride = 1;
  Real beta = 0;  // 0 overwrites c, NaN included
};

/// Computes c = alpha a b + beta c on the calling thread, by the fastest kernel for the size. k > 0 and
/// c_column_stride = 1.
void multiply(const Product& product, Real alpha = 1);

/// Computes the same as multiply, in blocks on several threads. m, n and k may be 0.
void multiply_parallel(const Product& product, Real alpha = 1);

/// Part of a matrix: rows [top, bottom), columns [left, right).
struct Block {
  std::size_t top, bottom, left, right;
  std::size_t rows() const { return bottom - top; }
  std::size_t columns() const { return right - left; }
};

/// How a product (m, k) times (k, n) is divided among threads.
struct BlockPlan {
  bool by_rows;
  std::size_t grain_size;  // rows or columns per block
};
BlockPlan plan_blocks(std::size_t m, std::size_t n, std::size_t k);

/// Calls body(block) for blocks that together cover an (m, n) matrix, each element of which costs k multiplications.
/// There is one block per thread, or a single block if the work is too small to share.
template <class Body>
void for_each_block(std::size_t m, std::size_t n, std::size_t k, const Body& body) {
  const auto [by_rows, grain_size] = plan_blocks(m, n, k);
  if (by_rows)
    parallel_for(m, grain_size, [&](std::size_t begin, std::size_t end) { body(Block{begin, end, 0, n}); });
  else
    parallel_for(n, grain_size, [&](std::size_t begin, std::size_t end) { body(Block{0, m, begin, end}); });
}

}  // namespace minnow::inline MINNOW_PRECISION
