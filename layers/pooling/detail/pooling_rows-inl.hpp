// Loops over the rows of pooling windows. This file is included once for each instruction set, hence the unusual guard.
#if defined(MINNOW_POOLING_ROWS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MINNOW_POOLING_ROWS_INL_HPP
#undef MINNOW_POOLING_ROWS_INL_HPP
#else
#define MINNOW_POOLING_ROWS_INL_HPP
#endif

#include <minnow/layers/detail/image_rows-inl.hpp>
#include <minnow/layers/pooling/detail/pooling_axes.hpp>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {

/// Calls body(tag, row, i) for vectors of equal size that cover [0, n) in each row. The last vector of a row overlaps
/// the one before, so the body must not overwrite what it reads.
template <class Body>
HWY_INLINE void for_each_overlapping(std::size_t rows, std::size_t n, const Body& body) {
  const auto loop = [&](auto d) HWY_ATTR {
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t last = n - lanes;
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t i = 0;; i = std::min(i + lanes, last)) {
        body(d, row, i);
        if (i == last) break;
      }
  };
  const hn::ScalableTag<Real> wide;
  if (n >= hn::Lanes(wide)) return loop(wide);
  if constexpr (hn::MaxLanes(wide) > 4)
    if (n >= 4) return loop(hn::CappedTag<Real, 4>());
  if constexpr (hn::MaxLanes(wide) > 1)
    if (n > 0) loop(hn::CappedTag<Real, 1>());
}

/// Prefetches what a loop over rows reads soon after the n elements at p.
HWY_INLINE void prefetch_ahead(const Real* p, std::size_t n) {
  for (std::size_t i = 0; i < n; i += 64 / sizeof(Real)) hwy::Prefetch(p + 2048 + i);
}

/// Copies elements p, p + 3, ... to a, those behind them to b and c.
template <class D>
HWY_INLINE void split_triples(D d, const Real* p, Real* a, Real* b, Real* c) {
  if constexpr (hn::MaxLanes(D()) == 1) {
    *a = p[0];
    *b = p[1];
    *c = p[2];
  } else {
    hn::VFromD<D> u, v, w;
    hn::LoadInterleaved3(d, p, u, v, w);
    hn::StoreU(u, d, a);
    hn::StoreU(v, d, b);
    hn::StoreU(w, d, c);
  }
}

/// Copies `count` rows, `pitch` elements apart, to the phases of padded rows.
template <bool prefetch>
HWY_NOINLINE HWY_ATTR void split_rows(const kernels::PoolingAxes& axes, const Real* rows, std::size_t pitch,
                                      std::size_t count, Real* phases) {
  const std::size_t width = axes.columns.size, stride = axes.columns.stride, padded = axes.columns.padded_size();
  const std::size_t* positions = axes.phase_positions;
  Real *first = phases + positions[0], *second = phases + positions[stride > 1 ? 1 : 0];
  Real* third = phases + positions[stride > 2 ? 2 : 0];
  if (stride == 1) {
    for_each_overlapping(count, width, [=](auto d, std::size_t r, std::size_t i) HWY_ATTR {
      if constexpr (prefetch) prefetch_ahead(rows + r * pitch + i, hn::Lanes(d));
      hn::StoreU(hn::LoadU(d, rows + r * pitch + i), d, first + r * padded + i);
    });
  } else if (stride == 2) {
    for_each_overlapping(count, width / 2, [=](auto d, std::size_t r, std::size_t i) HWY_ATTR {
      hn::VFromD<decltype(d)> even, odd;
      if constexpr (prefetch) prefetch_ahead(rows + r * pitch + 2 * i, 2 * hn::Lanes(d));
      load_pairs(d, rows + r * pitch + 2 * i, even, odd);
      hn::StoreU(even, d, first + r * padded + i);
      hn::StoreU(odd, d, second + r * padded + i);
    });
  } else if (stride == 3) {
    for_each_overlapping(count, width / 3, [=](auto d, std::size_t r, std::size_t i) HWY_ATTR {
      const std::size_t to = r * padded + i;
      if constexpr (prefetch) prefetch_ahead(rows + r * pitch + 3 * i, 3 * hn::Lanes(d));
      split_triples(d, rows + r * pitch + 3 * i, first + to, second + to, third + to);
    });
  }
  const std::size_t split = stride <= 3 ? width / stride * stride : 0;
  for (std::size_t r = 0; r < count && split < width; ++r)
    for (std::size_t c = 0; c < std::min(width - split, stride); ++c) {
      Real* to = phases + r * padded + positions[c];
      for (std::size_t i = split / stride; i * stride + c < width; ++i) to[i] = rows[r * pitch + i * stride + c];
    }
}

}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
