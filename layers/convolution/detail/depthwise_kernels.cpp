// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/convolution/detail/depthwise_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/convolution/detail/depthwise_kernels.hpp>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::FilterColumn;
using kernels::PaddedRow;
using kernels::PlaneEpilogue;
using kernels::PlaneFilter;
using kernels::PlaneSeries;
using kernels::PlaneSize;
using Wide = hn::ScalableTag<Real>;
using V = hn::VFromD<Wide>;

[[maybe_unused]] constexpr std::size_t prefetch_distance = 1024;  // about the rows that the next call splits

/// Keeps GCC from computing all multiples of a pitch in advance.
template <class T>
HWY_INLINE void keep([[maybe_unused]] T*& pointer) {
#if HWY_ARCH_X86
  asm("" : "+r"(pointer));
#endif
}

// --------------------------------------------------------------------------------------------------------- padded rows

#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2  // others copy element by element
/// Loads the elements [c, width) of a row as a vector, and zeros after them.
HWY_INLINE V load_rest(const Real* row, std::size_t c, std::size_t width) {
  return hn::MaskedLoad(hn::FirstN(Wide(), c < width ? width - c : 0), Wide(), row + c);
}

HWY_INLINE void split_row(const Real* from, const PaddedRow& row, Real* first, Real* second) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d), width = row.width;
  std::size_t c = 0;
  if (row.stride == 1) {
    for (; c + lanes <= width; c += lanes) hn::StoreU(hn::LoadU(d, from + c), d, first + c);
    if (c < width) hn::StoreU(load_rest(from, c, width), d, first + c);
    return;
  }
  const auto store = [&](V low, V high) HWY_ATTR {
    hwy::Prefetch(from + c + prefetch_distance);
    hwy::Prefetch(from + c + lanes + prefetch_distance);
    hn::StoreU(hn::ConcatEven(d, high, low), d, first + c / 2);
    hn::StoreU(hn::ConcatOdd(d, high, low), d, second + c / 2);
  };
  for (; c + 2 * lanes <= width; c += 2 * lanes) store(hn::LoadU(d, from + c), hn::LoadU(d, from + c + lanes));
  if (c < width) store(load_rest(from, c, width), load_rest(from, c + lanes, width));
}
#endif

void split_rows(PlaneSeries<const Real> planes, std::size_t rows, const PaddedRow& row, PlaneSeries<Real> to) {
  const std::size_t first = row.position(row.pad);
  [[maybe_unused]] const std::size_t second = row.position(row.pad + 1);
  for (std::size_t i = 0; i < planes.count; ++i)
    for (std::size_t r = 0; r < rows; ++r) {
      const Real* from = planes.data + i * planes.size + r * row.width;
      Real* into = to.data + i * to.size + r * row.pitch;
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2
      if (row.stride <= 2) {
        split_row(from, row, into + first, into + second);
        continue;
      }
#endif
      if (row.stride == 1)
        for (std::size_t c = 0; c < row.width; ++c) into[first + c] = from[c];
      else
        for (std::size_t c = 0; c < row.width; ++c) into[row.position(row.pad + c)] = from[c];
    }
}

void merge_rows(const Real* from, const PaddedRow& row, std::size_t rows, Real* plane, std::size_t plane_row) {
  for (std::size_t r = 0; r < rows; ++r, from += row.pitch, plane += plane_row) {
    std::size_t c = 0;
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2
    const Wide d;
    const Real *even = from + row.position(row.pad), *odd = from + row.position(row.pad + 1);
    if (row.stride == 2)
      for (; c + 2 * hn::Lanes(d) <= row.width; c += 2 * hn::Lanes(d))
        hn::StoreInterleaved2(hn::LoadU(d, even + c / 2), hn::LoadU(d, odd + c / 2), d, plane + c);
#endif
    for (; c < row.width; ++c) plane[c] = from[row.position(row.pad + c)];
  }
}

// --------------------------------------------------------------------------------------------------------- correlation

template <std::size_t rows>
HWY_NOINLINE void correlate_block(const Real* padded, const PlaneFilter& f, const Real* weights, Real scale, Real bias,
                                  Real least, Real* out, std::size_t out_row) {
  const Wide d;
  V sums[rows];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rows; ++r) sums[r] = hn::Zero(d);
  for (const FilterColumn* column = f.columns; column != f.columns + f.width; ++column) {
    const Real *from = padded + column->padded, *weight = weights + column->weight;
    for (std::size_t i = 0; i < f.height; ++i, from += f.pitch, weight += f.weight_row) {
      const V w = hn::Set(d, *weight);
      const Real* x = from;
#pragma GCC unroll 8
      for (std::size_t r = 0; r < rows; ++r, x += f.step) {
        keep(x);
        sums[r] = hn::MulAdd(w, hn::LoadU(d, x), sums[r]);
      }
    }
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rows; ++r, out += out_row) {
    keep(out);
    const V result = hn::MulAdd(sums[r], hn::Set(d, scale), hn::Set(d, bias)), floor = hn::Set(d, least);
    hn::StoreU(hn::IfThenElse(hn::Lt(result, floor), floor, result), d, out);  // keeps NaN
  }
}

/// Calls body(rows, first row, first column) for blocks of 8 rows or 1 row by one vector. The last
/// vector of a row comes first: it may overwrite the first vector of the next row.
template <class Body>
HWY_INLINE void for_each_block(PlaneSize size, const Body& body) {
  const std::size_t lanes = hn::Lanes(Wide());
  for (std::size_t r = 0, rows = 0; r < size.height; r += rows) {
    rows = size.height - r >= 8 ? 8 : 1;
    for (std::size_t c = (size.width + lanes - 1) / lanes; c-- > 0;) body(rows, r, c * lanes);
  }
}

void correlate_planes(PlaneSeries<const Real> padded, const PlaneFilter& filter, PlaneSeries<const Real> weights,
                      PlaneEpilogue epilogue, PlaneSeries<Real> out, PlaneSize size) {
  for (std::size_t i = 0; i < padded.count; ++i) {
    const Real *from = padded.data + i * padded.size, *weight = weights.data + i * weights.size;
    Real* const to = out.data + i * out.size;
    const Real scale = epilogue.scale != nullptr ? epilogue.scale[i] : Real{1};
    const Real bias = epilogue.bias != nullptr ? epilogue.bias[i] : Real{0};
    for_each_block(size, [&](std::size_t rows, std::size_t r, std::size_t c) HWY_ATTR {
      (rows == 8 ? correlate_block<8> : correlate_block<1>)(from + r * filter.step + c, filter, weight, scale, bias,
                                                            epilogue.least, to + r * size.row + c, size.row);
    });
  }
}

// --------------------------------------------------------------------------------------------- gradient of the filter

template <std::size_t rows>
HWY_NOINLINE void add_block(const Real* padded, const PlaneFilter& f, const Real* from, std::size_t from_row,
                            Real* sums) {
  const Wide d;
  V gradient[rows];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rows; ++r, from += from_row) {
    keep(from);
    gradient[r] = hn::LoadU(d, from);
  }
  for (std::size_t j = 0; j < f.width; ++j) {
    const Real* element = padded + f.columns[j].padded;
    for (std::size_t i = 0; i < f.height; ++i, element += f.pitch, sums += hn::Lanes(d)) {
      const Real* x = element;
      V products = hn::Mul(gradient[0], hn::LoadU(d, x));
#pragma GCC unroll 8
      for (std::size_t r = 1; r < rows; ++r) {
        x += f.step;
        keep(x);
        products = hn::MulAdd(gradient[r], hn::LoadU(d, x), products);
      }
      hn::Store(hn::Add(hn::Load(d, sums), products), d, sums);
    }
  }
}

/// Vectors that extend beyond the rows have sums of their own: total_products ignores their last elements, in which x
/// may be infinite.
void add_products(PlaneSeries<const Real> padded, const PlaneFilter& filter, PlaneSeries<const Real> gradient,
                  PlaneSize size, PlaneSeries<Real> sums) {
  const std::size_t lanes = hn::Lanes(Wide());
  for (std::size_t i = 0; i < padded.count; ++i) {
    const Real *from = padded.data + i * padded.size, *g = gradient.data + i * gradient.size;
    Real *const whole = sums.data + i * sums.size, *const last = whole + filter.elements() * lanes;
    for_each_block(size, [&](std::size_t rows, std::size_t r, std::size_t c) HWY_ATTR {
      (rows == 8 ? add_block<8> : add_block<1>)(from + r * filter.step + c, filter, g + r * size.row + c, size.row,
                                                c + lanes <= size.width ? whole : last);
    });
  }
}

void total_products(const Real* sums, std::size_t n, std::size_t width, double* totals) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t i = 0; i < n; ++i) {
    V sum = hn::Load(d, sums + i * lanes);
    if (width % lanes != 0)
      sum = hn::Add(sum, hn::IfThenElseZero(hn::FirstN(d, width % lanes), hn::Load(d, sums + (n + i) * lanes)));
    totals[i] += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
  }
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(split_rows);
HWY_EXPORT(merge_rows);
HWY_EXPORT(correlate_planes);
HWY_EXPORT(add_products);
HWY_EXPORT(total_products);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void split_rows(PlaneSeries<const Real> planes, std::size_t rows, const PaddedRow& to_row, PlaneSeries<Real> to) {
  HWY_DYNAMIC_DISPATCH(split_rows)(planes, rows, to_row, to);
}

void merge_rows(const Real* from, const PaddedRow& from_row, std::size_t rows, Real* plane, std::size_t plane_row) {
  HWY_DYNAMIC_DISPATCH(merge_rows)(from, from_row, rows, plane, plane_row);
}

void correlate_planes(PlaneSeries<const Real> padded, const PlaneFilter& filter, PlaneSeries<const Real> weights,
                      PlaneEpilogue epilogue, PlaneSeries<Real> out, PlaneSize size) {
  HWY_DYNAMIC_DISPATCH(correlate_planes)(padded, filter, weights, epilogue, out, size);
}

void add_products(PlaneSeries<const Real> padded, const PlaneFilter& filter, PlaneSeries<const Real> gradient,
                  PlaneSize size, PlaneSeries<Real> sums) {
  HWY_DYNAMIC_DISPATCH(add_products)(padded, filter, gradient, size, sums);
}

void total_products(const Real* sums, std::size_t filter_elements, std::size_t width, double* totals) {
  HWY_DYNAMIC_DISPATCH(total_products)(sums, filter_elements, width, totals);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
