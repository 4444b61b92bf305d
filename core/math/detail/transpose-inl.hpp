// Transposes a matrix. This file is included once for each instruction set, hence the unusual guard.
#if defined(MINNOW_CORE_TRANSPOSE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MINNOW_CORE_TRANSPOSE_INL_HPP
#undef MINNOW_CORE_TRANSPOSE_INL_HPP
#else
#define MINNOW_CORE_TRANSPOSE_INL_HPP
#endif

#include <minnow/core/math/detail/simd-inl.hpp>

#include <algorithm>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {

#if HWY_TARGET != HWY_SCALAR
/// Transposes the 4 x 4 tile at row r and column c.
HWY_INLINE void transpose_tile(const float* from, std::size_t r, std::size_t c, std::size_t from_stride, float* to,
                               std::size_t to_stride) {
  const hn::FixedTag<float, 4> d;
  const float* corner = from + r * from_stride + c;
  const auto row0 = hn::LoadU(d, corner), row1 = hn::LoadU(d, corner + from_stride);
  const auto row2 = hn::LoadU(d, corner + 2 * from_stride), row3 = hn::LoadU(d, corner + 3 * from_stride);
  const auto low01 = hn::InterleaveLower(d, row0, row1), high01 = hn::InterleaveUpper(d, row0, row1);
  const auto low23 = hn::InterleaveLower(d, row2, row3), high23 = hn::InterleaveUpper(d, row2, row3);
  float* corner_to = to + c * to_stride + r;
  hn::StoreU(hn::ConcatLowerLower(d, low23, low01), d, corner_to);
  hn::StoreU(hn::ConcatUpperUpper(d, low23, low01), d, corner_to + to_stride);
  hn::StoreU(hn::ConcatLowerLower(d, high23, high01), d, corner_to + 2 * to_stride);
  hn::StoreU(hn::ConcatUpperUpper(d, high23, high01), d, corner_to + 3 * to_stride);
}

#if HWY_MAX_BYTES >= 32 && !HWY_HAVE_SCALABLE
/// Transposes the 8 x 8 tile at row r and column c.
HWY_INLINE void transpose_tile8(const float* from, std::size_t r, std::size_t c, std::size_t from_stride, float* to,
                                std::size_t to_stride) {
  const hn::FixedTag<float, 8> d;
  const hn::RepartitionToWide<decltype(d)> pairs;
  const float* corner = from + r * from_stride + c;
  float* corner_to = to + c * to_stride + r;
  const auto row = [&](std::size_t i) HWY_ATTR { return hn::LoadU(d, corner + i * from_stride); };
  // Columns of two, then of four rows; each 128-bit block separately.
  const auto four = [&](std::size_t i, auto& c0, auto& c1, auto& c2, auto& c3) HWY_ATTR {
    const auto a = row(i), b = row(i + 1), e = row(i + 2), f = row(i + 3);
    const auto low_ab = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
    const auto high_ab = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
    const auto low_ef = hn::BitCast(pairs, hn::InterleaveLower(d, e, f));
    const auto high_ef = hn::BitCast(pairs, hn::InterleaveUpper(d, e, f));
    c0 = hn::BitCast(d, hn::InterleaveLower(pairs, low_ab, low_ef));
    c1 = hn::BitCast(d, hn::InterleaveUpper(pairs, low_ab, low_ef));
    c2 = hn::BitCast(d, hn::InterleaveLower(pairs, high_ab, high_ef));
    c3 = hn::BitCast(d, hn::InterleaveUpper(pairs, high_ab, high_ef));
  };
  hn::VFromD<decltype(d)> a[4], b[4];
  four(0, a[0], a[1], a[2], a[3]);
  four(4, b[0], b[1], b[2], b[3]);
  for (std::size_t i = 0; i < 4; ++i) {
    hn::StoreU(hn::ConcatLowerLower(d, b[i], a[i]), d, corner_to + i * to_stride);
    hn::StoreU(hn::ConcatUpperUpper(d, b[i], a[i]), d, corner_to + (4 + i) * to_stride);
  }
}
#endif
#endif

/// Writes the transpose of a matrix (rows, cols) to a matrix (cols, rows) with row stride `to_stride`. Works in tiles
/// of 8 x 8 or 4 x 4; the last tiles overlap the ones before. Copying single elements takes several times as long.
template <class T>
HWY_INLINE void transpose(const T* from, std::size_t rows, std::size_t cols, std::size_t from_stride, T* to,
                          std::size_t to_stride) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (std::is_same_v<T, float>) {
    constexpr std::size_t tile = 4, block = 16;  // one cache line per row
#if HWY_MAX_BYTES >= 32 && !HWY_HAVE_SCALABLE
    if (rows >= 8 && cols >= 8) {
      const bool by_columns = to_stride > from_stride;  // completes the cache lines that are further apart
      for (std::size_t i = 0; i < rows; i += block)
        for (std::size_t j = 0; j < cols; j += block)
          for (std::size_t t = 0; t < 4; ++t) {
            const std::size_t r = i + 8 * (by_columns ? t % 2 : t / 2), c = j + 8 * (by_columns ? t / 2 : t % 2);
            if (c % block == 0 && r < rows && r + 8 <= rows)
              for (std::size_t k = 0; k < 8; ++k) hwy::Prefetch(from + (r + k) * from_stride + c + 4 * block);
            if (r < rows && c < cols)
              transpose_tile8(from, std::min(r, rows - 8), std::min(c, cols - 8), from_stride, to, to_stride);
          }
      return;
    }
#endif
    if (rows >= tile && cols >= tile) {
      for (std::size_t i = 0; i < rows; i += block)
        for (std::size_t j = 0; j < cols; j += block)
          for (std::size_t r = i; r < std::min(i + block, rows); r += tile)
            for (std::size_t c = j; c < std::min(j + block, cols); c += tile)
              transpose_tile(from, std::min(r, rows - tile), std::min(c, cols - tile), from_stride, to, to_stride);
      return;
    }
  }
#endif
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < cols; ++c) to[c * to_stride + r] = from[r * from_stride + c];
}

}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
