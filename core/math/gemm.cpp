#include <minnow/core/error.hpp>
#include <minnow/core/math/detail/packed_product.hpp>
#include <minnow/core/math/detail/product.hpp>
#include <minnow/core/math/detail/small_product.hpp>
#include <minnow/core/math/gemm.hpp>
#include <minnow/core/threading/detail/blas.hpp>
#include <minnow/core/threading/threads.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

#include <xtensor-blas/xblas.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

std::string describe(const Tensor& matrix, bool transposed) {
  return to_string(matrix.shape()) + (transposed ? " transposed" : "");
}

[[noreturn]] void refuse(const Tensor& a, const Tensor& b, const Tensor& c, const GemmOptions& options) {
  throw ShapeError("gemm: expected (M, K) times (K, N) into (M, N), got " + describe(a, options.transpose_a) +
                   " times " + describe(b, options.transpose_b) + " into " + to_string(c.shape()) + ".");
}

constexpr std::size_t small = 1 << 12;  // multiplications

std::size_t row_step(MatrixView matrix) { return matrix.transposed ? 1 : matrix.stride; }
std::size_t column_step(MatrixView matrix) { return matrix.transposed ? matrix.stride : 1; }

/// Where b is given by its transpose, as a layer's weight, so is the product: rows of it are then used as they lie, and
/// the smaller batch is turned.
void multiply_packed(const kernels::StridedProduct& q) {
  if (q.b_column == 1 || q.a_column != 1) return kernels::packed_product(q);
  kernels::packed_product(
      {q.n, q.m, q.k, q.b, q.b_column, q.b_row, q.a, q.a_column, q.a_row, q.c, q.c_column, q.c_row, q.beta});
}

}  // namespace

void multiply(std::size_t m, std::size_t n, std::size_t k, MatrixView a, MatrixView b, Real* c, std::size_t c_stride,
              Real beta, Real alpha) {
  const kernels::StridedProduct product{
      m, n, k, a.data, row_step(a), column_step(a), b.data, row_step(b), column_step(b), c, c_stride, 1, beta};
  if (m * n * k <= small && n * k <= kernels::small_product_most_turned && alpha == 1)
    return kernels::small_product(product);
  const bool vector = m == 1 || n == 1;
  if (!vector && alpha == 1 && !blas_has_avx512() && kernels::packed_product_is_fast()) return multiply_packed(product);
  const std::size_t alone = vector ? 9'000 : 1 << 18;  // up to here OpenBLAS wakes none of its threads
  std::optional<SingleThreadedBlas> scope;
  if (m * n * k > alone && !blas_uses_openmp() && num_threads() > 1) scope.emplace();
  const auto index = [](std::size_t extent) { return static_cast<xt::blas_index_t>(extent); };
  const auto operation = [](bool transposed) { return transposed ? cxxblas::Trans : cxxblas::NoTrans; };
  const auto times_vector = [&](MatrixView matrix, bool transposed, std::size_t length, const Real* x,
                                std::size_t x_step, std::size_t y_step) {
    if (beta == 0)  // some versions multiply what y held by it
      for (std::size_t i = 0; i < length; ++i) c[i * y_step] = 0;
    const std::size_t rows = transposed ? k : length, columns = transposed ? length : k;
    cxxblas::gemv<xt::blas_index_t>(cxxblas::RowMajor, operation(transposed), index(rows), index(columns), alpha,
                                    matrix.data, index(matrix.stride), x, index(x_step), beta, c, index(y_step));
  };
  if (m == 1) return times_vector(b, !b.transposed, n, a.data, column_step(a), 1);
  if (n == 1) return times_vector(a, a.transposed, m, b.data, row_step(b), c_stride);
  cxxblas::gemm<xt::blas_index_t>(cxxblas::RowMajor, operation(a.transposed), operation(b.transposed), index(m),
                                  index(n), index(k), alpha, a.data, index(a.stride), b.data, index(b.stride), beta, c,
                                  index(c_stride));
}

BlockPlan plan_blocks(std::size_t m, std::size_t n, std::size_t k) {
  // OpenBLAS's kernels work on tiles of 16 columns and a few rows; blocks of whole cache lines share none of c. Each
  // thread packs the operand that is not cut once more, so that the longer side is cut.
  const bool by_rows = m > n;
  const std::size_t extent = by_rows ? m : n, other = by_rows ? n : m, tile = by_rows ? 8 : 32;
  constexpr std::size_t least = 400'000;  // multiplications: several microseconds, more than a thread takes to join
  const std::size_t work = extent * other * k,
                    most = std::min<std::size_t>(static_cast<std::size_t>(num_threads()), work / least);
  if (most <= 1) return {by_rows, extent};
  const std::size_t tiles = (extent + tile - 1) / tile;
  return {by_rows, (tiles + most - 1) / most * tile};
}

void multiply_parallel(std::size_t m, std::size_t n, std::size_t k, MatrixView a, MatrixView b, Real* c, Real beta,
                       Real alpha) {
  if (m == 0 || n == 0) return;
  if (k == 0) {  // an empty sum; BLAS may refuse its leading dimension
    for (Real& value : std::span(c, m * n)) value = beta == 0 ? Real{0} : beta * value;
    return;
  }
  for_each_block(m, n, k, [&](Block block) {
    multiply(block.rows(), block.columns(), k, a.from_row(block.top), b.from_column(block.left),
             c + block.top * n + block.left, n, beta, alpha);
  });
}

void gemm(const Tensor& a, const Tensor& b, Tensor& c, const GemmOptions& options) {
  if (a.dimension() != 2 || b.dimension() != 2 || c.dimension() != 2) refuse(a, b, c, options);
  const std::size_t m = c.shape()[0], n = c.shape()[1], k = a.shape()[options.transpose_a ? 0 : 1];
  if (a.shape()[options.transpose_a ? 1 : 0] != m || b.shape()[options.transpose_b ? 1 : 0] != k ||
      b.shape()[options.transpose_b ? 0 : 1] != n)
    refuse(a, b, c, options);
  if (std::max({m, n, k}) > static_cast<std::size_t>(std::numeric_limits<xt::blas_index_t>::max()))
    throw ShapeError("gemm: expected extents that OpenBLAS can count, below 2^31, got " +
                     describe(a, options.transpose_a) + " times " + describe(b, options.transpose_b) + ".");
  if (m > 0 && n > 0 && (c.data() == a.data() || c.data() == b.data()))
    throw ValueError("gemm: expected c to be a tensor of its own, got an operand.");
  // Strides come from the shapes: xtensor gives axes of extent 1 a stride of 0, which BLAS does not take.
  multiply_parallel(m, n, k, {a.data(), a.shape()[1], options.transpose_a},
                    {b.data(), b.shape()[1], options.transpose_b}, c.data(), options.beta, options.alpha);
}

}  // namespace minnow::inline MINNOW_PRECISION
