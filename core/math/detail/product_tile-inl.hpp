// The innermost loop of a matrix product. This file is included once for each instruction set, hence the unusual guard.
#if defined(MINNOW_CORE_PRODUCT_TILE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MINNOW_CORE_PRODUCT_TILE_INL_HPP
#undef MINNOW_CORE_PRODUCT_TILE_INL_HPP
#else
#define MINNOW_CORE_PRODUCT_TILE_INL_HPP
#endif

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/core/precision.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {

/// Rows of the left factor. Element (i, p) is data[i row_stride + p column_stride].
struct Panel {
  const Real* data;
  std::size_t row_stride, column_stride;
};

/// Computes c = a b + beta c for `rows` rows and `vectors` vectors of columns, but writes the first `valid_rows` rows
/// only. b_row and c_row are the row strides of b and c.
template <std::size_t rows, std::size_t vectors>
HWY_INLINE void product_tile(Panel a, const Real* b, std::size_t b_row, std::size_t k, Real* c, std::size_t c_row,
                             std::size_t valid_rows, Real beta) {
  const hn::ScalableTag<Real> d;
  using V = hn::VFromD<hn::ScalableTag<Real>>;
  const std::size_t lanes = hn::Lanes(d), row = a.row_stride, column = a.column_stride;
  V sums[rows][vectors];
#pragma GCC unroll 12
  for (std::size_t i = 0; i < rows; ++i)
#pragma GCC unroll 4
    for (std::size_t v = 0; v < vectors; ++v) sums[i][v] = hn::Zero(d);
  const Real* first = a.data;
  for (std::size_t p = 0; p < k; ++p, first += column, b += b_row) {
    V columns[vectors];
#pragma GCC unroll 4
    for (std::size_t v = 0; v < vectors; ++v) columns[v] = hn::LoadU(d, b + v * lanes);
#pragma GCC unroll 12
    for (std::size_t i = 0; i < rows; ++i) {
      const V element = hn::Set(d, first[i * row]);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < vectors; ++v) sums[i][v] = hn::MulAdd(element, columns[v], sums[i][v]);
    }
  }
#pragma GCC unroll 12
  for (std::size_t i = 0; i < rows; ++i) {
    if (i >= valid_rows) break;
#pragma GCC unroll 4
    for (std::size_t v = 0; v < vectors; ++v) {
      Real* to = c + i * c_row + v * lanes;
      if (beta != 0) sums[i][v] = hn::MulAdd(hn::Set(d, beta), hn::LoadU(d, to), sums[i][v]);
      hn::StoreU(sums[i][v], d, to);
    }
  }
}

}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
