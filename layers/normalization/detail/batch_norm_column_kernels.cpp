// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/normalization/detail/batch_norm_column_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/normalization/detail/batch_norm_kernels.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::Columns;

/// Processes one vector of columns after another, in double and about the exact mean. These matrices fit a cache.
void column_moments(const Real* x, const Columns& columns, double* mean, double* variance) {
  for_each_vector<double>(columns.columns, [=, &columns](auto d, std::size_t j) HWY_ATTR {
    const auto n = hn::Set(d, static_cast<double>(columns.rows));
    auto sum = hn::Zero(d), squares = hn::Zero(d), rest = hn::Zero(d);
    for (std::size_t i = 0; i < columns.rows; ++i) sum = hn::Add(sum, load_double(d, x + i * columns.stride + j));
    const auto centre = hn::Div(sum, n);
    for (std::size_t i = 0; i < columns.rows; ++i) {
      const auto off = hn::Sub(load_double(d, x + i * columns.stride + j), centre);
      rest = hn::Add(rest, off);
      squares = hn::MulAdd(off, off, squares);
    }
    const auto corrected = hn::NegMulAdd(rest, hn::Div(rest, n), squares);
    hn::StoreU(centre, d, mean + j);
    hn::StoreU(hn::Div(hn::IfThenElse(hn::Lt(corrected, hn::Zero(d)), hn::Zero(d), corrected), n), d, variance + j);
  });
}

void normalize_columns(const Real* x, Real* y, const Columns& columns, const double* mean, const double* scale,
                       const double* shift) {
  for (std::size_t i = 0; i < columns.rows; ++i, x += columns.stride, y += columns.stride)
    for_each_vector<double>(columns.columns, [=](auto d, std::size_t j) HWY_ATTR {
      const auto off = hn::Sub(load_double(d, x + j), hn::LoadU(d, mean + j));
      store_double(hn::MulAdd(off, hn::LoadU(d, scale + j), hn::LoadU(d, shift + j)), d, y + j);
    });
}

void column_gradient_sums(const Real* x, const Real* dy, const Columns& columns, const double* mean, double* sum_dy,
                          double* sum_dy_x) {
  for_each_vector<double>(columns.columns, [=, &columns](auto d, std::size_t j) HWY_ATTR {
    const auto middle = hn::LoadU(d, mean + j);
    auto a = hn::Zero(d), b = hn::Zero(d);
    for (std::size_t i = 0; i < columns.rows; ++i) {
      const auto g = load_double(d, dy + i * columns.stride + j);
      a = hn::Add(a, g);
      b = hn::MulAdd(g, hn::Sub(load_double(d, x + i * columns.stride + j), middle), b);
    }
    hn::StoreU(a, d, sum_dy + j);
    hn::StoreU(b, d, sum_dy_x + j);
  });
}

void columns_backward(const Real* x, const Real* dy, Real* dx, const Columns& columns, const double* mean,
                      const double* dy_scale, const double* x_scale, const double* constant) {
  for (std::size_t i = 0; i < columns.rows; ++i, x += columns.stride, dy += columns.stride, dx += columns.stride)
    for_each_vector<double>(columns.columns, [=](auto d, std::size_t j) HWY_ATTR {
      const auto off = hn::Sub(load_double(d, x + j), hn::LoadU(d, mean + j));
      const auto rest = hn::MulAdd(off, hn::LoadU(d, x_scale + j), hn::LoadU(d, constant + j));
      store_double(hn::MulAdd(load_double(d, dy + j), hn::LoadU(d, dy_scale + j), rest), d, dx + j);
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
