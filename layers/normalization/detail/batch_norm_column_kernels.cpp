// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/normalization/detail/batch_norm_column_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/normalization/detail/batch_norm_kernels.hpp>

#include <algorithm>
#include <cmath>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::Columns;

constexpr std::size_t slab = 512;  // columns that are computed together, so that their sums stay in the cache
// Vectors of one column that are computed together. More of them would compete for the same set of the cache if the
// rows are a power of two apart.
constexpr std::size_t vectors = 4;

/// Loads or stores a vector of Real or double.
template <class D>
HWY_INLINE hn::VFromD<D> load_as(D d, const Real* p) {
  if constexpr (std::is_same_v<hn::TFromD<D>, Real>)
    return hn::LoadU(d, p);
  else
    return load_double(d, p);
}
template <class D>
HWY_INLINE void store_as(hn::VFromD<D> v, D d, Real* p) {
  if constexpr (std::is_same_v<hn::TFromD<D>, Real>)
    hn::StoreU(v, d, p);
  else
    store_double(v, d, p);
}

/// The distance in elements from what a loop over rows reads to what it prefetches.
HWY_INLINE std::size_t ahead(std::size_t stride) { return std::max<std::size_t>(vectors * stride, 1024); }

/// Calls body(first column, number of columns) for slabs of the columns.
template <class Body>
HWY_INLINE void for_each_slab(const Columns& columns, const Body& body) {
  for (std::size_t j = 0; j < columns.columns; j += slab) body(j, std::min(slab, columns.columns - j));
}

/// Calls body(tag, first row, last row, column) for a few rows of a vector of columns at a time. Begins with the last
/// rows, which are still in a cache if they were read last.
template <class T, class Body>
HWY_INLINE void for_each_rows(const Columns& columns, std::size_t first, std::size_t n, const Body& body) {
  constexpr std::size_t rows_together = vectors / 2;
  for (std::size_t end = columns.rows; end > 0;) {
    const std::size_t begin = end - std::min(end, rows_together);
    for_each_vector<T>(n, [=, &body](auto d, std::size_t k) HWY_ATTR { body(d, begin, end, first + k); });
    end = begin;
  }
}

/// Writes two sums over the rows, in double: add(tag, index of the elements, column, a, b) adds their terms to a and b.
template <std::size_t rows_together, class Add>
HWY_INLINE void sum_columns(const Columns& columns, double* a, double* b, const Add& add) {
  std::fill_n(a, columns.columns, 0.0);
  std::fill_n(b, columns.columns, 0.0);
  for_each_slab(columns, [=, &columns, &add](std::size_t first, std::size_t n) HWY_ATTR {
    for (std::size_t row = 0; row < columns.rows; row += rows_together) {
      const std::size_t end = std::min(row + rows_together, columns.rows);
      for_each_vector<double>(n, [=, &add, stride = columns.stride](auto d, std::size_t k) HWY_ATTR {
        const std::size_t j = first + k;
        auto sum_a = hn::LoadU(d, a + j), sum_b = hn::LoadU(d, b + j);
        for (std::size_t i = row; i < end; ++i) add(d, i * stride + j, j, sum_a, sum_b);
        hn::StoreU(sum_a, d, a + j);
        hn::StoreU(sum_b, d, b + j);
      });
    }
  });
}

/// Of a column with infinite elements, which make the mean infinite.
void moments_of_column(const Real* x, const Columns& columns, double& mean, double& variance) {
  const auto sum = [&](auto&& term) {
    double total = 0;
    for (std::size_t i = 0; i < columns.rows; ++i) total += term(static_cast<double>(x[i * columns.stride]));
    return total / static_cast<double>(columns.rows);
  };
  mean = sum([](double v) { return v; });
  variance = sum([&](double v) { return (v - mean) * (v - mean); });
}

/// Sums the distances from the first row, and their squares. For n rows the variance is at least 1 / n of the squared
/// distance of the mean from the first row, so the difference loses only log2(n) bits.
void column_moments(const Real* x, const Columns& columns, double* mean, double* variance) {
  const std::size_t distance = ahead(columns.stride);
  sum_columns<vectors>(columns, mean, variance,
                       [=](auto d, std::size_t at, std::size_t j, auto& sum, auto& squares) HWY_ATTR {
                         hwy::Prefetch(x + at + distance);
                         const auto off = hn::Sub(load_double(d, x + at), load_double(d, x + j));
                         sum = hn::Add(sum, off);
                         squares = hn::MulAdd(off, off, squares);
                       });
  const auto n = static_cast<double>(columns.rows);
  for (std::size_t j = 0; j < columns.columns; ++j) {
    const double off = mean[j] / n;
    mean[j] = static_cast<double>(x[j]) + off;
    variance[j] = std::max(variance[j] / n - off * off, 0.0);
    if (!std::isfinite(mean[j])) moments_of_column(x + j, columns, mean[j], variance[j]);
  }
}

/// The means of a slab in Real. `factor` times the rounding error of the mean is subtracted from `constant`.
HWY_INLINE void round_means(const double* mean, const double* factor, const double* constant, std::size_t n,
                            Real* centres, Real* factors, Real* constants) {
  for (std::size_t j = 0; j < n; ++j) {
    centres[j] = static_cast<Real>(mean[j]);
    factors[j] = static_cast<Real>(factor[j]);
    constants[j] = static_cast<Real>(constant[j] - (mean[j] - static_cast<double>(centres[j])) * factor[j]);
  }
}

void normalize_columns(const Real* x, Real* y, const Columns& columns, const double* mean, const double* scale,
                       const double* shift) {
  const std::size_t stride = columns.stride, distance = ahead(stride);
  for_each_slab(columns, [=, &columns](std::size_t first, std::size_t n) HWY_ATTR {
    Real centres[slab], scales[slab], shifts[slab];
    round_means(mean + first, scale + first, shift + first, n, centres, scales, shifts);
    for_each_rows<Real>(
        columns, first, n,
        [=, &centres, &scales, &shifts](auto d, std::size_t begin, std::size_t end, std::size_t j) HWY_ATTR {
          const auto centre = hn::LoadU(d, centres + j - first), factor = hn::LoadU(d, scales + j - first);
          const auto constant = hn::LoadU(d, shifts + j - first);
          for (std::size_t i = begin; i < end; ++i) {
            const std::size_t at = i * stride + j;
            hwy::Prefetch(x + at - distance);
            hn::StoreU(hn::MulAdd(hn::Sub(hn::LoadU(d, x + at), centre), factor, constant), d, y + at);
          }
        });
  });
}

/// Small batches cancel, so sums and gradients are in double.
void column_gradient_sums(const Real* x, const Real* dy, const Columns& columns, const double* mean, double* sum_dy,
                          double* sum_dy_x) {
  const std::size_t distance = ahead(columns.stride);
  sum_columns<vectors / 2>(columns, sum_dy, sum_dy_x,
                           [=](auto d, std::size_t at, std::size_t j, auto& a, auto& b) HWY_ATTR {
                             hwy::Prefetch(x + at + distance);
                             hwy::Prefetch(dy + at + distance);
                             const auto g = load_double(d, dy + at);
                             a = hn::Add(a, g);
                             b = hn::MulAdd(g, hn::Sub(load_double(d, x + at), hn::LoadU(d, mean + j)), b);
                           });
}

/// Few rows cancel, so their gradients are computed in double.
void columns_backward(const Real* x, const Real* dy, Real* dx, const Columns& columns, const double* mean,
                      const double* dy_scale, const double* x_scale, const double* constant) {
  constexpr std::size_t few_rows = 32;
  const std::size_t stride = columns.stride, distance = ahead(stride);
  const auto rows = [=](auto d, std::size_t begin, std::size_t end, std::size_t j, auto centre, auto factor, auto slope,
                        auto rest) HWY_ATTR {
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t at = i * stride + j;
      hwy::Prefetch(x + at - distance);
      hwy::Prefetch(dy + at - distance);
      const auto off = hn::Sub(load_as(d, x + at), centre);
      store_as(hn::MulAdd(load_as(d, dy + at), factor, hn::MulAdd(off, slope, rest)), d, dx + at);
    }
  };
  for_each_slab(columns, [=, &columns](std::size_t first, std::size_t n) HWY_ATTR {
    if (columns.rows < few_rows)
      return for_each_rows<double>(columns, first, n,
                                   [=](auto d, std::size_t begin, std::size_t end, std::size_t j) HWY_ATTR {
                                     rows(d, begin, end, j, hn::LoadU(d, mean + j), hn::LoadU(d, dy_scale + j),
                                          hn::LoadU(d, x_scale + j), hn::LoadU(d, constant + j));
                                   });
    Real centres[slab], slopes[slab], constants[slab], factors[slab];
    round_means(mean + first, x_scale + first, constant + first, n, centres, slopes, constants);
    for (std::size_t j = 0; j < n; ++j) factors[j] = static_cast<Real>(dy_scale[first + j]);
    for_each_rows<Real>(columns, first, n,
                        [=, &centres, &slopes, &constants, &factors](auto d, std::size_t begin, std::size_t end,
                                                                     std::size_t j) HWY_ATTR {
                          const std::size_t k = j - first;
                          rows(d, begin, end, j, hn::LoadU(d, centres + k), hn::LoadU(d, factors + k),
                               hn::LoadU(d, slopes + k), hn::LoadU(d, constants + k));
                        });
  });
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(column_moments);
HWY_EXPORT(normalize_columns);
HWY_EXPORT(column_gradient_sums);
HWY_EXPORT(columns_backward);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void moments(const Real* x, const Columns& columns, double* mean, double* variance) {
  HWY_DYNAMIC_DISPATCH(column_moments)(x, columns, mean, variance);
}

void normalize(const Real* x, Real* y, const Columns& columns, const double* mean, const double* scale,
               const double* shift) {
  HWY_DYNAMIC_DISPATCH(normalize_columns)(x, y, columns, mean, scale, shift);
}

void gradient_sums(const Real* x, const Real* dy, const Columns& columns, const double* mean, double* sum_dy,
                   double* sum_dy_x) {
  HWY_DYNAMIC_DISPATCH(column_gradient_sums)(x, dy, columns, mean, sum_dy, sum_dy_x);
}

void normalize_backward(const Real* x, const Real* dy, Real* dx, const Columns& columns, const double* mean,
                        const double* dy_scale, const double* x_scale, const double* constant) {
  HWY_DYNAMIC_DISPATCH(columns_backward)(x, dy, dx, columns, mean, dy_scale, x_scale, constant);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
