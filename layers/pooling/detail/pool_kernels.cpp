// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/pooling/detail/pool_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/layers/pooling/detail/pool_kernels.hpp>
#include <minnow/layers/pooling/detail/pooling_rows-inl.hpp>

#include <limits>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::AveragePooling;
using kernels::pooling_group;
using kernels::pooling_workspace;
using kernels::PoolingAxes;

/// Calls body(plane, first row, last row) for groups of rows of a plane that cover rows [first, last) of all planes.
template <class Body>
HWY_INLINE void for_each_group(std::size_t first, std::size_t last, std::size_t rows, std::size_t group,
                               const Body& body) {
  while (first < last) {
    const std::size_t begin = first % rows, end = std::min({rows, begin + group, begin + last - first});
    body(first / rows, begin, end);
    first += end - begin;
  }
}

struct Sum {
  static constexpr Real padding = 0;
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::Add(a, b);
  }
};
struct Maximum {
  static constexpr Real padding = -std::numeric_limits<Real>::infinity();
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::IfThenElse(hn::Or(hn::Gt(b, a), hn::IsNaN(b)), b, a);
  }
};

/// Combines the rows of x that each of the rows [begin, end) of windows contains.
template <class Operation>
HWY_INLINE void combine_rows(const PoolingAxes& axes, const Real* x, std::size_t begin, std::size_t end, Real* to) {
  const std::size_t width = axes.columns.size, pitch = axes.columns.padded_size(), step = axes.rows.dilation * width;
  const kernels::Span* spans = axes.row_spans + begin;
  for_each_overlapping(end - begin, width, [=](auto d, std::size_t i, std::size_t c) HWY_ATTR {
    auto all = hn::Set(d, Operation::padding);
    if (spans[i].count > 0) {
      const Real* from = x + spans[i].first * width + c;
      all = hn::LoadU(d, from);
      prefetch_ahead(from, hn::Lanes(d));
      for (std::size_t k = 1; k < spans[i].count; ++k) {
        all = Operation()(d, all, hn::LoadU(d, from += step));
        prefetch_ahead(from, hn::Lanes(d));
      }
    }
    hn::StoreU(all, d, to + i * pitch + c);
  });
}

/// Writes `rows` rows of y: finish(tag, combined columns of a window, row, w).
template <class Operation, class Finish>
HWY_INLINE void combine_columns(const PoolingAxes& axes, const Real* phases, std::size_t rows, Real* y,
                                const Finish& finish) {
  const std::size_t windows = axes.columns.windows, pitch = axes.columns.padded_size(), kernel = axes.columns.kernel;
  const std::size_t* positions = axes.tap_positions;
  for_each_overlapping(rows, windows, [=](auto d, std::size_t i, std::size_t w) HWY_ATTR {
    const Real* from = phases + i * pitch + w;
    auto all = hn::LoadU(d, from);
    for (std::size_t k = 1; k < kernel; ++k) all = Operation()(d, all, hn::LoadU(d, from + positions[k]));
    hn::StoreU(finish(d, all, i, w), d, y + i * windows + w);
  });
}

/// Writes rows [first, last) of y. make_finish(row of the plane) returns the function `finish` for the rows from there.
template <class Operation, class MakeFinish>
HWY_INLINE void pool_rows(const PoolingAxes& axes, const Real* x, Real* y, std::size_t first, std::size_t last,
                          Real* workspace, const MakeFinish& make_finish) {
  const kernels::PoolingAxis &rows = axes.rows, &columns = axes.columns;
  const std::size_t size = pooling_group(axes) * columns.padded_size();
  Real *phases = workspace, *combined = columns.stride > 1 ? workspace + size : phases + columns.padding;
  std::fill_n(phases, size, Operation::padding);
  for_each_group(first, last, rows.windows, pooling_group(axes),
                 [&](std::size_t plane, std::size_t begin, std::size_t end) HWY_ATTR {
                   combine_rows<Operation>(axes, x + plane * rows.size * columns.size, begin, end, combined);
                   if (columns.stride > 1)
                     split_rows<false>(axes, combined, columns.padded_size(), end - begin, phases);
                   Real* to = y + (plane * rows.windows + begin) * columns.windows;
                   combine_columns<Operation>(axes, phases, end - begin, to, make_finish(begin));
                 });
}

void max_pool_rows(const PoolingAxes& axes, const Real* x, Real* y, std::size_t first, std::size_t last,
                   Real* workspace) {
  pool_rows<Maximum>(axes, x, y, first, last, workspace,
                     [](std::size_t) { return [](auto, auto all, std::size_t, std::size_t) HWY_ATTR { return all; }; });
}

void average_pool_rows(const AveragePooling& pooling, const Real* x, Real* y, std::size_t first, std::size_t last,
                       Real* workspace) {
  const Real* column_counts = pooling.column_counts;
  pool_rows<Sum>(pooling, x, y, first, last, workspace, [&](std::size_t begin) {
    return [=, row_counts = pooling.row_counts + begin](auto d, auto all, std::size_t i, std::size_t w)
               HWY_ATTR { return hn::Div(all, hn::Mul(hn::LoadU(d, column_counts + w), hn::Set(d, row_counts[i]))); };
  });
}

/// Writes the shares of dy in the elements of each row of a plane, summed over the rows of windows that contain it.
HWY_INLINE void sum_shares(const AveragePooling& pooling, const Real* dy, std::size_t begin, std::size_t end,
                           Real* shares) {
  const std::size_t windows = pooling.columns.windows, pitch = pooling.columns.padded_size();
  const kernels::Span* covering = pooling.covering + begin;
  const Real *row_inverses = pooling.row_inverses, *column_inverses = pooling.column_inverses;
  for_each_overlapping(end - begin, windows, [=](auto d, std::size_t r, std::size_t w) HWY_ATTR {
    auto sum = hn::Zero(d);
    for (std::size_t h = covering[r].first; h < covering[r].first + covering[r].count; ++h)
      sum = hn::MulAdd(hn::LoadU(d, dy + h * windows + w), hn::Set(d, row_inverses[h]), sum);
    hn::StoreU(hn::Mul(sum, hn::LoadU(d, column_inverses + w)), d, shares + r * pitch + w);
  });
}

/// Writes `rows` rows of dx. Element i of a row of `shares` is the share of window i, and 0 outside of the windows.
/// Padded column i stride + phase is in the windows i - k with k stride + phase < kernel.
HWY_INLINE void spread_shares(const AveragePooling& pooling, const Real* shares, std::size_t rows, Real* dx) {
  const std::size_t width = pooling.columns.size, pitch = pooling.columns.padded_size();
  const std::size_t kernel = pooling.columns.kernel, stride = pooling.columns.stride;
  if (stride == 1)
    return for_each_overlapping(
        rows, width, [=, from = shares + pooling.columns.padding](auto d, std::size_t r, std::size_t c) HWY_ATTR {
          auto sum = hn::LoadU(d, from + r * pitch + c);
          for (std::size_t k = 1; k < kernel; ++k) sum = hn::Add(sum, hn::LoadU(d, from + r * pitch + c - k));
          hn::StoreU(sum, d, dx + r * width + c);
        });
  const Real *windows = pooling.last_windows, *phases = pooling.phases;
  for_each_overlapping(rows, width, [=](auto d, std::size_t r, std::size_t c) HWY_ATTR {
    const hn::RebindToSigned<decltype(d)> di;
    const auto distance = hn::Sub(hn::LoadU(d, windows + c), hn::Set(d, windows[c]));
    const auto lane = hn::IndicesFromVec(d, hn::ConvertTo(di, distance));
    const auto phase = hn::LoadU(d, phases + c);
    const Real* from = shares + r * pitch + static_cast<std::size_t>(windows[c]);
    auto sum = hn::Zero(d);
    for (std::size_t k = 0; k * stride < kernel; ++k) {
      const auto share = hn::TableLookupLanes(hn::LoadU(d, from - k), lane);
      const auto inside = hn::Lt(phase, hn::Set(d, static_cast<Real>(kernel - k * stride)));
      sum = hn::Add(sum, hn::IfThenElseZero(inside, share));
    }
    hn::StoreU(sum, d, dx + r * width + c);
  });
}

void average_pool_backward_rows(const AveragePooling& pooling, const Real* dy, Real* dx, std::size_t first,
                                std::size_t last, Real* workspace) {
  const kernels::PoolingAxis &rows = pooling.rows, &columns = pooling.columns;
  Real* shares = workspace + (columns.kernel - 1) / columns.stride;
  std::fill_n(workspace, pooling_workspace(pooling), Real{0});
  for_each_group(first, last, rows.size, pooling_group(pooling),
                 [&](std::size_t plane, std::size_t begin, std::size_t end) HWY_ATTR {
                   sum_shares(pooling, dy + plane * rows.windows * columns.windows, begin, end, shares);
                   spread_shares(pooling, shares, end - begin, dx + (plane * rows.size + begin) * columns.size);
                 });
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(max_pool_rows);
HWY_EXPORT(average_pool_rows);
HWY_EXPORT(average_pool_backward_rows);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void max_pool_rows(const PoolingAxes& axes, const Real* x, Real* y, std::size_t first, std::size_t last,
                   Real* workspace) {
  HWY_DYNAMIC_DISPATCH(max_pool_rows)(axes, x, y, first, last, workspace);
}

void average_pool_rows(const AveragePooling& pooling, const Real* x, Real* y, std::size_t first, std::size_t last,
                       Real* workspace) {
  HWY_DYNAMIC_DISPATCH(average_pool_rows)(pooling, x, y, first, last, workspace);
}

void average_pool_backward_rows(const AveragePooling& pooling, const Real* dy, Real* dx, std::size_t first,
                                std::size_t last, Real* workspace) {
  HWY_DYNAMIC_DISPATCH(average_pool_backward_rows)(pooling, dy, dx, first, last, workspace);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
