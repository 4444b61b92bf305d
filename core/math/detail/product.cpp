#include <minnow/core/math/detail/packed_product.hpp>
#include <minnow/core/math/detail/product.hpp>
#include <minnow/core/math/detail/small_product.hpp>
#include <minnow/core/threading/detail/blas.hpp>
#include <minnow/core/threading/threads.hpp>

#include <algorithm>
#include <limits>
#include <optional>

#include <xtensor-blas/xblas.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr std::size_t small = 1 << 12;  // multiplications

/// If b is transposed in memory, as a layer's weight is, computes c^T = b^T a^T: the rows of b^T are contiguous, and
/// only the smaller batch is transposed.
void multiply_packed(const Product& q) {
  if (q.b.column_stride() == 1 || q.a.column_stride() != 1) return kernels::packed_product(q);
  kernels::packed_product({.m = q.n,
                           .n = q.m,
                           .k = q.k,
                           .a = q.b.transpose(),
                           .b = q.a.transpose(),
                           .c = q.c,
                           .c_row_stride = q.c_column_stride,
                           .c_column_stride = q.c_row_stride,
                           .beta = q.beta});
}

static_assert(max_extent <= std::numeric_limits<xt::blas_index_t>::max());

xt::blas_index_t index(std::size_t extent) { return static_cast<xt::blas_index_t>(extent); }

cxxblas::Transpose operation(bool transposed) { return transposed ? cxxblas::Trans : cxxblas::NoTrans; }

/// Computes y = alpha matrix x + beta y, `matrix` transposed if `transposed` is set.
void multiply_vector(MatrixView matrix, bool transposed, std::size_t length, std::size_t k, const Real* x,
                     std::size_t x_stride, Real* y, std::size_t y_stride, Real alpha, Real beta) {
  if (beta == 0)  // some versions of OpenBLAS multiply y by it: NaN would stay
    for (std::size_t i = 0; i < length; ++i) y[i * y_stride] = 0;
  const std::size_t rows = transposed ? k : length, columns = transposed ? length : k;
  cxxblas::gemv<xt::blas_index_t>(cxxblas::RowMajor, operation(transposed), index(rows), index(columns), alpha,
                                  matrix.data, index(matrix.stride), x, index(x_stride), beta, y, index(y_stride));
}

void multiply_by_blas(const Product& q, Real alpha) {
  const auto& [m, n, k, a, b, c, c_row_stride, c_column_stride, beta] = q;
  if (m == 1) return multiply_vector(b, !b.transposed, n, k, a.data, a.column_stride(), c, 1, alpha, beta);
  if (n == 1) return multiply_vector(a, a.transposed, m, k, b.data, b.row_stride(), c, c_row_stride, alpha, beta);
  cxxblas::gemm<xt::blas_index_t>(cxxblas::RowMajor, operation(a.transposed), operation(b.transposed), index(m),
                                  index(n), index(k), alpha, a.data, index(a.stride), b.data, index(b.stride), beta, c,
                                  index(c_row_stride));
}

}  // namespace

void multiply(const Product& q, Real alpha) {
  const std::size_t work = q.m * q.n * q.k;
  if (work <= small && q.n * q.k <= kernels::small_product_max_transposed && alpha == 1)
    return kernels::small_product(q);
  const bool vector = q.m == 1 || q.n == 1;
  if (!vector && alpha == 1 && !blas_has_avx512() && kernels::packed_product_is_fast()) return multiply_packed(q);
  const std::size_t single_threaded = vector ? 9'000 : 1 << 18;  // up to here OpenBLAS uses one thread
  std::optional<SingleThreadedBlas> scope;
  if (work > single_threaded && !blas_uses_openmp() && num_threads() > 1) scope.emplace();
  multiply_by_blas(q, alpha);
}

BlockPlan plan_blocks(std::size_t m, std::size_t n, std::size_t k) {
  // OpenBLAS's kernels compute tiles of 16 columns and a few rows. Blocks of whole cache lines share no line of c.
  // Every thread packs the undivided operand again, so the longer side is divided.
  const bool by_rows = m > n;
  const std::size_t extent = by_rows ? m : n, other = by_rows ? n : m, tile = by_rows ? 8 : 32;
  constexpr std::size_t least = 400'000;  // multiplications: some microseconds, more than the start of a thread costs
  const std::size_t work = extent * other * k,
                    most = std::min<std::size_t>(static_cast<std::size_t>(num_threads()), work / least);
  if (most <= 1) return {by_rows, extent};
  const std::size_t tiles = (extent + tile - 1) / tile;
  return {by_rows, (tiles + most - 1) / most * tile};
}

void multiply_parallel(const Product& q, Real alpha) {
  if (q.m == 0 || q.n == 0) return;
  if (q.k == 0) {  // an empty sum; BLAS may reject its leading dimension
    for (std::size_t i = 0; i < q.m; ++i)
      for (std::size_t j = 0; j < q.n; ++j) {
        Real& value = q.c[i * q.c_row_stride + j];
        value = q.beta == 0 ? Real{0} : q.beta * value;
      }
    return;
  }
  for_each_block(q.m, q.n, q.k, [&](Block block) {
    multiply({.m = block.rows(),
              .n = block.columns(),
              .k = q.k,
              .a = q.a.from_row(block.top),
              .b = q.b.from_column(block.left),
              .c = q.c + block.top * q.c_row_stride + block.left,
              .c_row_stride = q.c_row_stride,
              .beta = q.beta},
             alpha);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
