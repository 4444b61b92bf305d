#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/threading/parallel_for.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// A row-major matrix in memory, its rows `stride` apart; transposed when it stands for its transpose.
struct MatrixView {
  const Real* data;
  std::size_t stride;
  bool transposed = false;

  MatrixView transpose() const { return {data, stride, !transposed}; }
  MatrixView from_row(std::size_t i) const { return {data + i * (transposed ? 1 : stride), stride, transposed}; }
  MatrixView from_column(std::size_t j) const { return {data + j * (transposed ? stride : 1), stride, transposed}; }
};

/// c = alpha a b + beta c by the kernel that suits its size, on this thread alone. a: (m, k), b: (k, n), c: (m, n), its
/// rows `c_stride` apart; k > 0.
void multiply(std::size_t m, std::size_t n, std::size_t k, MatrixView a, MatrixView b, Real* c, std::size_t c_stride,
              Real beta = 0, Real alpha = 1);

/// The same, its blocks shared among threads; the rows of c are n apart. m, n or k may be 0.
void multiply_parallel(std::size_t m, std::size_t n, std::size_t k, MatrixView a, MatrixView b, Real* c, Real beta = 0,
                       Real alpha = 1);

/// Part of a matrix: rows [top, bottom), columns [left, right).
struct Block {
  std::size_t top, bottom, left, right;
  std::size_t rows() const { return bottom - top; }
  std::size_t columns() const { return right - left; }
};

/// How a product (m, k) times (k, n) is shared among threads.
struct BlockPlan {
  bool by_rows;
  std::size_t piece;  // rows or columns of a block
};
BlockPlan plan_blocks(std::size_t m, std::size_t n, std::size_t k);

/// Calls body(block) for blocks that together cover an (m, n) matrix, each element of which costs k multiplications:
/// one block a thread, or one for all when waking a thread would cost more than it saves.
template <class Body>
void for_each_block(std::size_t m, std::size_t n, std::size_t k, const Body& body) {
  const auto [by_rows, piece] = plan_blocks(m, n, k);
  if (by_rows)
    parallel_for(m, piece, [&](std::size_t begin, std::size_t end) { body(Block{begin, end, 0, n}); });
  else
    parallel_for(n, piece, [&](std::size_t begin, std::size_t end) { body(Block{0, m, begin, end}); });
}

}  // namespace minnow::inline MINNOW_PRECISION
