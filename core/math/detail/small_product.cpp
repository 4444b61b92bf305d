// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/core/math/detail/small_product.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/core/math/detail/small_product.hpp>
#include <minnow/core/math/detail/transpose-inl.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

template <class D>
HWY_INLINE void store(D d, const Product& q, std::size_t i, std::size_t j, hn::VFromD<D> sum) {
  Real* c = q.c + i * q.c_row_stride + j;
  hn::StoreU(q.beta == 0 ? sum : hn::MulAdd(hn::Set(d, q.beta), hn::LoadU(d, c), sum), d, c);
}

/// Computes a tile of `rows` rows by `vectors` vectors of columns. Up to eight sums hide the latency of an addition.
template <std::size_t rows, std::size_t vectors, class D>
HWY_INLINE void tile(D d, const Product& q, std::size_t i, std::size_t j) {
  static_assert(rows * vectors <= 8);
  const std::size_t lanes = hn::Lanes(d);
  auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  const std::size_t a_row = q.a.row_stride(), a_column = q.a.column_stride(), b_row = q.b.row_stride();
  const Real *a = q.a.data + i * a_row, *b = q.b.data + j;
  for (std::size_t p = 0; p < q.k; ++p, a += a_column, b += b_row) {
    const auto at = [&](std::size_t row) HWY_ATTR { return hn::Set(d, a[row * a_row]); };
    const auto v = hn::LoadU(d, b);
    const auto w = vectors == 2 ? hn::LoadU(d, b + lanes) : v;
    s0 = hn::MulAdd(at(0), v, s0);
    if constexpr (rows >= 2) s1 = hn::MulAdd(at(1), v, s1);
    if constexpr (rows >= 4) s2 = hn::MulAdd(at(2), v, s2), s3 = hn::MulAdd(at(3), v, s3);
    if constexpr (vectors == 2) {
      t0 = hn::MulAdd(at(0), w, t0);
      if constexpr (rows >= 2) t1 = hn::MulAdd(at(1), w, t1);
      if constexpr (rows >= 4) t2 = hn::MulAdd(at(2), w, t2), t3 = hn::MulAdd(at(3), w, t3);
    } else if constexpr (rows == 8) {
      t0 = hn::MulAdd(at(4), v, t0), t1 = hn::MulAdd(at(5), v, t1);
      t2 = hn::MulAdd(at(6), v, t2), t3 = hn::MulAdd(at(7), v, t3);
    }
  }
  store(d, q, i, j, s0);
  if constexpr (rows >= 2) store(d, q, i + 1, j, s1);
  if constexpr (rows >= 4) store(d, q, i + 2, j, s2), store(d, q, i + 3, j, s3);
  const std::size_t row = vectors == 2 ? i : i + 4, column = vectors == 2 ? j + lanes : j;
  if constexpr (vectors == 2 || rows == 8) store(d, q, row, column, t0);
  if constexpr ((vectors == 2 && rows >= 2) || rows == 8) store(d, q, row + 1, column, t1);
  if constexpr ((vectors == 2 && rows >= 4) || rows == 8)
    store(d, q, row + 2, column, t2), store(d, q, row + 3, column, t3);
}

/// Computes `vectors` vectors of columns in all rows.
template <std::size_t vectors, class D>
HWY_INLINE void columns(D d, const Product& q, std::size_t j) {
  constexpr std::size_t most = 8 / vectors;
  std::size_t i = 0;
  for (; i + most <= q.m; i += most) tile<most, vectors>(d, q, i, j);
  if (most > 4 && i + 4 <= q.m) tile<4, vectors>(d, q, i, j), i += 4;
  if (i + 2 <= q.m) tile<2, vectors>(d, q, i, j), i += 2;
  if (i < q.m) tile<1, vectors>(d, q, i, j);
}

/// Computes the product if the columns of b are one element apart.
void row_major_product(const Product& q) {
  const hn::ScalableTag<Real> d;
  const std::size_t pair = 2 * hn::Lanes(d);
  std::size_t j = 0;
  for (; j + pair <= q.n; j += pair) columns<2>(d, q, j);
  for_each_vector<Real>(q.n - j, [&](auto tag, std::size_t rest) HWY_ATTR { columns<1>(tag, q, j + rest); });
}

void small_product(const Product& q) {
  if (q.b.column_stride() == 1) return row_major_product(q);
  alignas(64) Real transposed[kernels::small_product_max_transposed];
  transpose(q.b.data, q.n, q.k, q.b.stride, transposed, q.n);
  Product row_major = q;
  row_major.b = {transposed, q.n};
  row_major_product(row_major);
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(small_product);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

void small_product(const Product& product) {
  using namespace minnow::simd;
  HWY_DYNAMIC_DISPATCH(small_product)(product);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
