// The transpose of a matrix: included once for each instruction set, hence no ordinary guard.
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
/// Four rows from row r on of four columns from column c on.
HWY_INLINE void transpose_tile(const float* from, std::size_t r, std::size_t c, std::size_t from_stride, float* to,
                               std::size_t to_stride) {
  const hn::FixedTag<float, 4> d;
  const float* corner = from + r * from_stride + c;
  const auto row0 = hn::LoadU(d, corner), row1 = hn::LoadU(d, corner + from_stride);
  const auto row2 = hn::LoadU(d, corner + 2 * from_stride), row3 = hn::LoadU(d, corner + 3 * from_stride);
  const auto low01 = hn::InterleaveLower(d, row0, row1), high01 = hn::InterleaveUpper(d, row0, row1);
  const auto low23 = hn::InterleaveLower(d, row2, row3), high23 = hn::InterleaveUpper(d, row2, row3);
  float* turned = to + c * to_stride + r;
  hn::StoreU(hn::ConcatLowerLower(d, low23, low01), d, turned);
  hn::StoreU(hn::ConcatUpperUpper(d, low23, low01), d, turned + to_stride);
  hn::StoreU(hn::ConcatLowerLower(d, high23, high01), d, turned + 2 * to_stride);
  hn::StoreU(hn::ConcatUpperUpper(d, high23, high01), d, turned + 3 * to_stride);
}
#endif

/// A matrix (rows, cols) into one (cols, rows), whose rows are `to_stride` apart. Tiles of 4 x 4, of which the last
/// ones overlap those before them; gathering single numbers takes several times as long.
template <class T>
HWY_INLINE void transpose(const T* from, std::size_t rows, std::size_t cols, std::size_t from_stride, T* to,
                          std::size_t to_stride) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (std::is_same_v<T, float>) {
    constexpr std::size_t tile = 4, block = 16;  // a cache line of each row, all of it
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
