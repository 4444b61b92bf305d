// Transposes a matrix. This file is included once for each instruction set, hence the unusual guard.
#if defined(MINNOW_CORE_TRANSPOSE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MINNOW_CORE_TRANSPOSE_INL_HPP
#undef MINNOW_CORE_TRANSPOSE_INL_HPP
#else
#define MINNOW_CORE_TRANSPOSE_INL_HPP
#endif

#include <minnow/core/math/detail/simd-inl.hpp>

#include <algorithm>

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
#endif

/// Writes the transpose of a matrix (rows, cols) to a matrix (cols, rows) with row stride `to_stride`. Works in tiles
/// of 4 x 4; the last tiles overlap the ones before. Copying single elements takes several times as long.
template <class T>
HWY_INLINE void transpose(const T* from, std::size_t rows, std::size_t cols, std::size_t from_stride, T* to,
                          std::size_t to_stride) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (std::is_same_v<T, float>) {
    constexpr std::size_t tile = 4, block = 16;  // one cache line per row
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
