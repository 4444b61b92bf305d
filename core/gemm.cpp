#include <minnow/core/error.hpp>
#include <minnow/core/gemm.hpp>

#include <algorithm>
#include <limits>

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

}  // namespace

void gemm(const Tensor& a, const Tensor& b, Tensor& c, const GemmOptions& options) {
  if (a.dimension() != 2 || b.dimension() != 2 || c.dimension() != 2) refuse(a, b, c, options);
  const std::size_t m = c.shape()[0], n = c.shape()[1], k = a.shape()[options.transpose_a ? 0 : 1];
  if (a.shape()[options.transpose_a ? 1 : 0] != m || b.shape()[options.transpose_b ? 1 : 0] != k ||
      b.shape()[options.transpose_b ? 0 : 1] != n)
    refuse(a, b, c, options);
  if (std::max({m, n, k}) > static_cast<std::size_t>(std::numeric_limits<xt::blas_index_t>::max()))
    throw ShapeError("gemm: expected extents that OpenBLAS can count, below 2^31, got " +
                     describe(a, options.transpose_a) + " times " + describe(b, options.transpose_b) + ".");
  if (m == 0 || n == 0) return;
  if (c.data() == a.data() || c.data() == b.data())
    throw ValueError("gemm: expected c to be a tensor of its own, got an operand.");
  if (k == 0) {  // an empty sum; BLAS may refuse its leading dimension
    for (Real& value : c.storage()) value = options.beta == 0 ? Real{0} : options.beta * value;
    return;
  }
  // Leading dimensions come from the shapes: xtensor gives axes of extent 1 a stride of 0, which BLAS does not take.
  const auto index = [](std::size_t extent) { return static_cast<xt::blas_index_t>(extent); };
  const auto operation = [](bool transpose) { return transpose ? cxxblas::Trans : cxxblas::NoTrans; };
  cxxblas::gemm<xt::blas_index_t>(cxxblas::RowMajor, operation(options.transpose_a), operation(options.transpose_b),
                                  index(m), index(n), index(k), options.alpha, a.data(), index(a.shape()[1]), b.data(),
                                  index(b.shape()[1]), options.beta, c.data(), index(n));
}

}  // namespace minnow::inline MINNOW_PRECISION
