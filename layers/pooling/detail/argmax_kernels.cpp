// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/pooling/detail/argmax_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/layers/pooling/detail/argmax_kernels.hpp>
#include <minnow/layers/pooling/detail/pooling_rows-inl.hpp>

#include <limits>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

constexpr Real lowest = -std::numeric_limits<Real>::infinity();

using kernels::PoolingAxes;
using kernels::PoolingAxis;

/// A vector of maxima and their indices, as integers of the size of Real.
template <class D>
struct Maxima {
  hn::VFromD<D> value;
  hn::VFromD<hn::RebindToSigned<D>> index;
};

template <class D>
HWY_INLINE hn::VFromD<hn::RebindToSigned<D>> integer(D, std::size_t value) {
  const hn::RebindToSigned<D> di;
  return hn::Set(di, static_cast<hn::TFromD<decltype(di)>>(value));
}
template <class D>
HWY_INLINE hn::VFromD<hn::RebindToSigned<D>> load_index(D d, const Real* p) {
  return hn::BitCast(hn::RebindToSigned<D>(), hn::LoadU(d, p));
}

/// The parts of the workspace: padded rows, their maxima, the indices of these, and the first taps in the image.
struct Parts {
  Real *phases, *values, *indices, *first_taps;
};

/// Replaces the lanes of `best` whose value is smaller than `value`, or where `value` is NaN.
template <class D, class V, class I>
HWY_INLINE void take_larger(D, V value, I index, Maxima<D>& best) {
  const auto larger = hn::Or(hn::Gt(value, best.value), hn::IsNaN(value));
  best.value = hn::IfThenElse(larger, value, best.value);
  best.index = hn::IfThenElse(hn::RebindMask(hn::RebindToSigned<D>(), larger), index, best.index);
}

/// Writes the maximum of each window of the rows [first, last) of x, and its index in the plane.
HWY_INLINE void row_maxima(const PoolingAxes& axes, std::size_t first, std::size_t last, const Parts& parts) {
  using D = hn::ScalableTag<Real>;
  const D d;
  const hn::RebindToSigned<D> di;
  const PoolingAxis& columns = axes.columns;
  const std::size_t pitch = columns.phase_size(), padded = columns.padded_size(), width = columns.size;
  const std::size_t kernel = columns.kernel, *positions = axes.tap_positions;
  const auto step = integer(d, columns.dilation), row = integer(d, width), two_rows = integer(d, 2 * width);
  for (std::size_t w = 0; w < columns.windows; w += hn::Lanes(d)) {
    const Real* from = parts.phases + w;
    Real *values = parts.values + w, *indices = parts.indices + w;
    const auto first_tap = load_index(d, parts.first_taps + w);
    const auto lanes = hn::Mul(hn::Iota(di, 0), integer(d, columns.stride));
    auto at = hn::Add(lanes, integer(d, first * width + w * columns.stride - columns.padding));  // of the first taps
    for (std::size_t r = first; r < last; r += 2, from += 2 * padded, values += 2 * pitch, indices += 2 * pitch) {
      Maxima<D> a{hn::LoadU(d, from), hn::Zero(di)}, b{hn::LoadU(d, from + padded), hn::Zero(di)};
      auto tap = step;
      for (std::size_t k = 1; k < kernel; ++k, tap = hn::Add(tap, step)) {
        take_larger(d, hn::LoadU(d, from + positions[k]), tap, a);
        take_larger(d, hn::LoadU(d, from + padded + positions[k]), tap, b);
      }
      hn::StoreU(a.value, d, values);
      hn::StoreU(b.value, d, values + pitch);
      // No -infinity exceeds the padding: then the first tap is the maximum, or the first one in the image.
      hn::StoreU(hn::BitCast(d, hn::Add(hn::Max(a.index, first_tap), at)), d, indices);
      hn::StoreU(hn::BitCast(d, hn::Add(hn::Max(b.index, first_tap), hn::Add(at, row))), d, indices + pitch);
      at = hn::Add(at, two_rows);
    }
  }
}

template <class D>
HWY_INLINE void store_indices(D, hn::VFromD<hn::RebindToSigned<D>> index, std::uint32_t* to) {
  const hn::RebindToSigned<D> di;
  if constexpr (sizeof(Real) == sizeof(float)) {
    const hn::Rebind<std::uint32_t, D> du;
    hn::StoreU(hn::BitCast(du, index), du, to);
  } else {
    HWY_ALIGN std::int64_t lanes[hn::MaxLanes(di)];
    hn::Store(index, di, lanes);
    for (std::size_t i = 0; i < hn::Lanes(di); ++i) to[i] = static_cast<std::uint32_t>(lanes[i]);
  }
}

/// Writes rows [begin, end) of y and their argmax from the maxima of the rows of x, which begin at row `first`.
HWY_INLINE void column_maxima(const PoolingAxes& axes, std::size_t begin, std::size_t end, std::size_t first,
                              const Parts& parts, Real* y, std::uint32_t* argmax) {
  const kernels::Span* spans = axes.row_spans + begin;
  const std::size_t windows = axes.columns.windows, pitch = axes.columns.phase_size();
  const std::size_t stride = axes.rows.dilation * pitch,
                    indices = static_cast<std::size_t>(parts.indices - parts.values);
  for_each_overlapping(end - begin, windows, [=](auto d, std::size_t i, std::size_t w) HWY_ATTR {
    const kernels::Span rows = spans[i];
    Maxima<decltype(d)> best{hn::Set(d, lowest), integer(d, kernels::no_element)};
    if (rows.count > 0) {
      const Real* value = parts.values + (rows.first - first) * pitch + w;
      best = {hn::LoadU(d, value), load_index(d, value + indices)};
      for (std::size_t k = 1; k < rows.count; ++k) {
        value += stride;
        take_larger(d, hn::LoadU(d, value), load_index(d, value + indices), best);
      }
    }
    hn::StoreU(best.value, d, y + i * windows + w);
    store_indices(d, best.index, argmax + i * windows + w);
  });
}

/// Writes the first tap of each window in the image, an integer.
void write_first_taps(const PoolingAxis& columns, Real* first_taps) {
  const hn::CappedTag<Real, 1> one;
  for (std::size_t w = 0; w < columns.windows; ++w) {
    const kernels::Span taps = columns.taps(w);
    const auto tap = integer(one, taps.count > 0 ? taps.first * columns.dilation : kernels::no_element);
    hn::StoreU(hn::BitCast(one, tap), one, first_taps + w);
  }
}

/// Computes rows [begin, end) of y of one plane: the maxima of each row of x, then the maxima of these rows.
void argmax_group(const PoolingAxes& axes, const Real* x, Real* y, std::uint32_t* argmax, std::size_t begin,
                  std::size_t end, const Parts& parts) {
  std::size_t first = axes.rows.size, last = 0;
  for (std::size_t h = begin; h < end; ++h) {
    const kernels::Span rows = axes.row_spans[h];
    if (rows.count == 0) continue;
    first = std::min(first, rows.first);
    last = std::max(last, rows.first + (rows.count - 1) * axes.rows.dilation + 1);
  }
  if (first < last)
    split_rows<true>(axes, x + first * axes.columns.size, axes.columns.size, last - first, parts.phases);
  row_maxima(axes, first, last, parts);
  column_maxima(axes, begin, end, first, parts, y, argmax);
}

void max_pool_argmax_rows(const PoolingAxes& axes, const Real* x, Real* y, std::uint32_t* argmax, std::size_t first,
                          std::size_t last, Real* workspace) {
  const kernels::ArgmaxGroup group(axes);
  const std::size_t pitch = axes.columns.phase_size(), padded = group.rows * axes.columns.padded_size();
  const std::size_t windows = axes.rows.windows, plane_size = axes.rows.size * axes.columns.size;
  Real* values = workspace + padded;
  const Parts parts{workspace, values, values + group.rows * pitch, values + 2 * group.rows * pitch};
  std::fill_n(parts.phases, padded, lowest);
  write_first_taps(axes.columns, parts.first_taps);
  for (std::size_t row = first; row < last;) {
    const std::size_t plane = row / windows, h = row % windows, out = row * axes.columns.windows;
    const std::size_t end = std::min({windows, h + group.windows, h + last - row});
    argmax_group(axes, x + plane * plane_size, y + out, argmax + out, h, end, parts);
    row += end - h;
  }
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(max_pool_argmax_rows);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void max_pool_argmax_rows(const PoolingAxes& axes, const Real* x, Real* y, std::uint32_t* argmax, std::size_t first,
                          std::size_t last, Real* workspace) {
  HWY_DYNAMIC_DISPATCH(max_pool_argmax_rows)(axes, x, y, argmax, first, last, workspace);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
