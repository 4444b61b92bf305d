// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/convolution/detail/tile_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/activations-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/convolution/detail/tile_kernels.hpp>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using Wide = hn::ScalableTag<Real>;
using V = hn::VFromD<Wide>;

#if HWY_TARGET == HWY_AVX3  // 32 registers: 24 sums
constexpr std::size_t tile_rows = 8, tile_sums = 24;
#else  // 16 registers: 12 sums
constexpr std::size_t tile_rows = 4, tile_sums = 12;
#endif

/// Keeps GCC from loading the vector again for each use: loads limit the speed of the loops below.
HWY_INLINE void keep_in_register([[maybe_unused]] V& v) {
#if HWY_TARGET == HWY_AVX3
  asm("" : "+v"(v.raw));
#endif
}

// ------------------------------------------------------------------------------------------------------------- forward

struct Correlation {
  const Real* filters;
  std::size_t filter_row;  // from one k to the next
  const Real* padded;
  const std::size_t* distances;
  std::size_t k;
  const Real* start;
  Real* sums;
  std::size_t sums_row;
};

/// Computes `vectors` vectors of the rows [first, first + rows) of sums, from p on.
template <std::size_t rows, std::size_t vectors>
HWY_INLINE void correlate_tile(const Correlation& c, std::size_t first, std::size_t p) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  V sums[rows][vectors];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rows; ++r) {
    const V start = hn::Set(d, c.start != nullptr ? c.start[first + r] : Real{0});
#pragma GCC unroll 12
    for (std::size_t v = 0; v < vectors; ++v) sums[r][v] = start;
  }
  const Real* filter = c.filters + first;
  const Real* padded = c.padded + p;
  for (std::size_t k = 0; k < c.k; ++k, filter += c.filter_row) {
    const Real* from = padded + c.distances[k];
    V x[vectors];
#pragma GCC unroll 12
    for (std::size_t v = 0; v < vectors; ++v) x[v] = hn::LoadU(d, from + v * lanes);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < rows; ++r) {
      const V w = hn::Set(d, filter[r]);
#pragma GCC unroll 12
      for (std::size_t v = 0; v < vectors; ++v) sums[r][v] = hn::MulAdd(w, x[v], sums[r][v]);
    }
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rows; ++r)
#pragma GCC unroll 12
    for (std::size_t v = 0; v < vectors; ++v)
      hn::StoreU(sums[r][v], d, c.sums + (first + r) * c.sums_row + p + v * lanes);
}

/// Computes the rows [first, first + rows) for all p < n.
template <std::size_t rows>
HWY_INLINE void correlate_rows(const Correlation& c, std::size_t first, std::size_t n) {
  constexpr std::size_t vectors = std::min<std::size_t>(tile_sums / rows, 6);
  const std::size_t lanes = hn::Lanes(Wide());
  std::size_t p = 0;
  for (; p + (vectors - 1) * lanes < n; p += vectors * lanes) correlate_tile<rows, vectors>(c, first, p);
  for (; p + lanes < n; p += 2 * lanes) correlate_tile<rows, 2>(c, first, p);
  for (; p < n; p += lanes) correlate_tile<rows, 1>(c, first, p);
}

void correlate(const Real* filters, std::size_t rows, const Real* padded, const std::size_t* distances, std::size_t k,
               std::size_t n, const Real* start, Real* sums, std::size_t sums_row, bool relu) {
  const Correlation c{filters, rows, padded, distances, k, start, sums, sums_row};
  std::size_t first = 0;
  for (; rows - first >= tile_rows; first += tile_rows) correlate_rows<tile_rows>(c, first, n);
  for (; rows - first >= 4; first += 4) correlate_rows<4>(c, first, n);
  for (; rows - first >= 2; first += 2) correlate_rows<2>(c, first, n);
  for (; rows - first >= 1; first += 1) correlate_rows<1>(c, first, n);
  for (std::size_t r = 0; relu && r < rows; ++r)  // the sums are still in the L1 cache
    for_each_vector<Real>(n, [&](auto d, std::size_t p) HWY_ATTR {
      Real* to = sums + r * sums_row + p;
      hn::StoreU(simd::HWY_NAMESPACE::relu(d, hn::LoadU(d, to)), d, to);
    });
}

void gather_row(const Real* from, std::size_t n, std::size_t step, Real* to) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const Wide d;
  if (step == 2)
    for (; i + hn::Lanes(d) < n; i += hn::Lanes(d)) {  // not the last element: what follows it may not be readable
      V even, odd;
      hn::LoadInterleaved2(d, from + 2 * i, even, odd);
      hn::StoreU(even, d, to + i);
    }
#endif
  for (; i < n; ++i) to[i] = from[i * step];
}

// ------------------------------------------------------------------------------------------------- filters' gradient

struct FilterCorrelation {
  const Real* padded;
  const std::size_t* distances;
  const Real* gradient;
  std::size_t gradient_row, all_rows;
};

/// Adds to `taps` times `rows` vectors of sums, one per filter element, over whole vectors of [begin, end).
template <std::size_t rows, std::size_t taps>
HWY_INLINE void filter_tile(const FilterCorrelation& c, std::size_t first, std::size_t k, std::size_t begin,
                            std::size_t end, Real* workspace) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  V sums[taps][rows];
#pragma GCC unroll 12
  for (std::size_t t = 0; t < taps; ++t)
#pragma GCC unroll 8
    for (std::size_t r = 0; r < rows; ++r) sums[t][r] = hn::Load(d, workspace + (t * c.all_rows + r) * lanes);
  const Real* from[taps];
#pragma GCC unroll 12
  for (std::size_t t = 0; t < taps; ++t) from[t] = c.padded + c.distances[k + t];
  const Real* gradient = c.gradient + first * c.gradient_row;
  for (std::size_t p = begin; p < end; p += lanes) {
    V x[taps];
#pragma GCC unroll 12
    for (std::size_t t = 0; t < taps; ++t) x[t] = hn::LoadU(d, from[t] + p);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < rows; ++r) {
      V g = hn::LoadU(d, gradient + r * c.gradient_row + p);
      keep_in_register(g);
#pragma GCC unroll 12
      for (std::size_t t = 0; t < taps; ++t) sums[t][r] = hn::MulAdd(g, x[t], sums[t][r]);
    }
  }
#pragma GCC unroll 12
  for (std::size_t t = 0; t < taps; ++t)
#pragma GCC unroll 8
    for (std::size_t r = 0; r < rows; ++r) hn::Store(sums[t][r], d, workspace + (t * c.all_rows + r) * lanes);
}

template <std::size_t rows>
HWY_INLINE void filter_rows(const FilterCorrelation& c, std::size_t first, std::size_t k, std::size_t begin,
                            std::size_t end, Real* workspace) {
  constexpr std::size_t taps = std::min<std::size_t>(tile_sums / rows, rows == 1 ? 9 : 3);
  const std::size_t lanes = hn::Lanes(Wide());
  workspace += first * lanes;
  std::size_t i = 0;
  for (; i + taps <= k; i += taps) filter_tile<rows, taps>(c, first, i, begin, end, workspace + i * c.all_rows * lanes);
  for (; i < k; ++i) filter_tile<rows, 1>(c, first, i, begin, end, workspace + i * c.all_rows * lanes);
}

/// Adds the sum of vector i of the workspace to sums[i].
void add_sums_of_vectors(const Real* workspace, std::size_t n, Real* sums) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  constexpr std::size_t max_lanes = HWY_MAX_BYTES / sizeof(Real);
  for (; i + lanes <= n; i += lanes) {  // adds neighbouring elements of pairs of vectors until one vector is left
    V v[max_lanes];
    for (std::size_t j = 0; j < lanes; ++j) v[j] = hn::Load(d, workspace + (i + j) * lanes);
    for (std::size_t left = lanes; left > 1; left /= 2)
      for (std::size_t j = 0; j < left / 2; ++j)
        v[j] = hn::Add(hn::ConcatEven(d, v[2 * j + 1], v[2 * j]), hn::ConcatOdd(d, v[2 * j + 1], v[2 * j]));
    hn::StoreU(hn::Add(hn::LoadU(d, sums + i), v[0]), d, sums + i);
  }
#endif
  for (; i < n; ++i) sums[i] += hn::GetLane(hn::SumOfLanes(d, hn::Load(d, workspace + i * lanes)));
}

void correlate_filters(const Real* padded, const std::size_t* distances, std::size_t k, const Real* gradient,
                       std::size_t gradient_row, std::size_t rows, std::size_t n, Real* sums, Real* workspace) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  n = (n + lanes - 1) / lanes * lanes;
  const std::size_t parts = std::max<std::size_t>(1, (n + 512) / 1024);  // the gradient's rows stay in the L1 cache
  const std::size_t part = ((n + parts - 1) / parts + lanes - 1) / lanes * lanes;
  for (std::size_t from = 0; from < k; from += kernels::filter_workspace_taps) {
    const std::size_t taps = std::min(kernels::filter_workspace_taps, k - from);
    const FilterCorrelation c{padded, distances + from, gradient, gradient_row, rows};
    for (std::size_t i = 0; i < taps * rows; ++i) hn::Store(hn::Zero(d), d, workspace + i * lanes);
    for (std::size_t begin = 0; begin < n; begin += part) {
      const std::size_t end = std::min(n, begin + part);
      std::size_t first = 0;
      for (; rows - first >= tile_rows; first += tile_rows)
        filter_rows<tile_rows>(c, first, taps, begin, end, workspace);
      for (; rows - first >= 4; first += 4) filter_rows<4>(c, first, taps, begin, end, workspace);
      for (; rows - first >= 2; first += 2) filter_rows<2>(c, first, taps, begin, end, workspace);
      for (; rows - first >= 1; first += 1) filter_rows<1>(c, first, taps, begin, end, workspace);
    }
    add_sums_of_vectors(workspace, taps * rows, sums + from * rows);
  }
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(correlate);
HWY_EXPORT(correlate_filters);
HWY_EXPORT(gather_row);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void correlate(const Real* filters, std::size_t rows, const Real* padded, const std::size_t* distances, std::size_t k,
               std::size_t n, const Real* start, Real* sums, std::size_t sums_row, bool relu) {
  HWY_DYNAMIC_DISPATCH(correlate)(filters, rows, padded, distances, k, n, start, sums, sums_row, relu);
}

void gather_row(const Real* from, std::size_t n, std::size_t step, Real* to) {
  HWY_DYNAMIC_DISPATCH(gather_row)(from, n, step, to);
}

void correlate_filters(const Real* padded, const std::size_t* distances, std::size_t k, const Real* gradient,
                       std::size_t gradient_row, std::size_t rows, std::size_t n, Real* sums, Real* workspace) {
  HWY_DYNAMIC_DISPATCH(correlate_filters)(padded, distances, k, gradient, gradient_row, rows, n, sums, workspace);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
