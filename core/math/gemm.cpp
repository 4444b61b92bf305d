#include <minnow/core/error.hpp>
#include <minnow/core/math/detail/product.hpp>
#include <minnow/core/math/gemm.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

std::string describe(const Tensor& matrix, bool transposed) {
  return to_string(matrix.shape()) + (transposed ? " transposed" : "");
}

[[noreturn]] void refuse(const Tensor& a, const Tensor& b, const Tensor& c, const GemmOptions& options) {
  throw ShapeError("gemm: expected (M, K) times (K, N) into (M, N), got " + describe(a, options.transpose_a) +
                   " times " + describe(b, options.transpose_b) + " into " + to_string(c.shape()) + ".");
}

}  // namespace

void gemm(const Tensor& a, const Tensor& b, Tensor& c, const GemmOptions& options) {
  if (a.dimension() != 2 || b.dimension() != 2 || c.dimension() != 2) refuse(a, b, c, options);
  const std::size_t m = c.shape()[0], n = c.shape()[1], k = a.shape()[options.transpose_a ? 0 : 1];
  if (a.shape()[options.transpose_a ? 1 : 0] != m || b.shape()[options.transpose_b ? 1 : 0] != k ||
      b.shape()[options.transpose_b ? 0 : 1] != n)
    refuse(a, b, c, options);
  if (std::max({m, n, k}) > max_extent)
    throw ShapeError("gemm: expected extents below 2^31, got " + describe(a, options.transpose_a) + " times " +
                     describe(b, options.transpose_b) + ".");
  if (m > 0 && n > 0 && (c.data() == a.data() || c.data() == b.data()))
    throw ValueError("gemm: expected c to differ from a and b, got an operand. Use another tensor for c.");
  // Strides are computed from the shapes: xtensor gives axes of extent 1 a stride of 0, which BLAS rejects.
  multiply_parallel({.m = m,
                     .n = n,
                     .k = k,
                     .a = {a.data(), a.shape()[1], options.transpose_a},
                     .b = {b.data(), b.shape()[1], options.transpose_b},
                     .c = c.data(),
                     .c_row_stride = n,
                     .beta = options.beta},
                    options.alpha);
}

}  // namespace minnow::inline MINNOW_PRECISION
