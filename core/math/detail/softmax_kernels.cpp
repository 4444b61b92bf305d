// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/core/math/detail/softmax_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/exponentials-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/core/math/detail/transpose-inl.hpp>
#include <minnow/core/math/kernels.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

// Longer rows fill the vectors. Short vectors gain nothing from a transposition.
constexpr std::size_t narrow = hn::MaxLanes(hn::ScalableTag<Real>()) < 8 ? 0 : 64;

template <class T>
kernels::RowExponentials exponentials(const T* x, T* y, std::size_t cols, std::size_t label) {
  const T max = row_max(x, cols);
  if (label >= cols) return {static_cast<double>(max), exponentials_sum(x, y, cols, max), 0};
  const std::size_t after = label + 1;
  const double before_sum = exponentials_sum(x, y, label, max);
  const double at_label = exponentials_sum(x + label, y + label, 1, max);
  const double after_sum = exponentials_sum(x + after, y + after, cols - after, max);
  return {static_cast<double>(max), before_sum + after_sum, at_label};
}

/// Rows of few elements: the lanes of a vector are rows.
[[maybe_unused]] void softmax_narrow(const Real* x, Real* y, std::size_t rows, std::size_t cols) {
  constexpr std::size_t group = 64;  // rows that are transposed together
  const hn::ScalableTag<Real> d;
  alignas(64) Real columns[std::max<std::size_t>(narrow, 1) * group];
  if (rows < group) std::fill_n(columns, cols * group, Real{0});
  for (std::size_t first = 0; first < rows; first += group, x += group * cols, y += group * cols) {
    const std::size_t count = std::min(group, rows - first);
    transpose(x, count, cols, cols, columns, group);
    for (Real* column = columns; column < columns + count; column += hn::Lanes(d)) {
      auto top = hn::LoadU(d, column);
      for (std::size_t j = 1; j < cols; ++j) {
        const auto v = hn::LoadU(d, column + j * group);
        top = hn::IfThenElse(hn::Gt(v, top), v, top);  // skips NaN, whose exponential is NaN
      }
      auto sum = hn::Zero(d);
      for (std::size_t j = 0; j < cols; ++j) {
        const auto e = exp_of_nonpositive(d, hn::Sub(hn::LoadU(d, column + j * group), top));
        sum = hn::Add(sum, e);
        hn::StoreU(e, d, column + j * group);
      }
      const auto inverse = hn::Div(hn::Set(d, Real{1}), sum);
      for (std::size_t j = 0; j < cols; ++j)
        hn::StoreU(hn::Mul(hn::LoadU(d, column + j * group), inverse), d, column + j * group);
    }
    transpose(columns, cols, count, group, y, cols);
  }
}

template <class T>
void softmax(const T* x, T* y, std::size_t rows, std::size_t cols) {
  if (cols == 0) return;
  if constexpr (narrow > 0 && std::is_same_v<T, Real>)
    if (cols <= narrow) return softmax_narrow(x, y, rows, cols);
  for (std::size_t i = 0; i < rows; ++i, x += cols, y += cols) {
    const auto inverse = static_cast<T>(1 / exponentials_sum(x, y, cols, row_max(x, cols)));
    for_each_vector<T>(cols, [=](auto d, std::size_t j)
                                 HWY_ATTR { hn::StoreU(hn::Mul(hn::LoadU(d, y + j), hn::Set(d, inverse)), d, y + j); });
  }
}

/// Returns the sum of a b, in double.
HWY_INLINE double row_dot(const Real* a, const Real* b, std::size_t n) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  auto even = hn::Zero(d), odd = hn::Zero(d);  // two sums hide the latency of an addition
  std::size_t j = 0;
  for (; j + 2 * lanes <= n; j += 2 * lanes) {
    even = hn::MulAdd(load_double(d, a + j), load_double(d, b + j), even);
    odd = hn::MulAdd(load_double(d, a + j + lanes), load_double(d, b + j + lanes), odd);
  }
  double total = hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
  for (; j < n; ++j) total += static_cast<double>(a[j]) * static_cast<double>(b[j]);
  return total;
}

void softmax_backward(const Real* y, const Real* dy, Real* dx, std::size_t rows, std::size_t cols) {
  for (std::size_t i = 0; i < rows; ++i, y += cols, dy += cols, dx += cols) {
    const auto dot = static_cast<Real>(row_dot(y, dy, cols));
    for_each_vector<Real>(cols, [=](auto d, std::size_t j) HWY_ATTR {
      const auto centred = hn::Sub(hn::LoadU(d, dy + j), hn::Set(d, dot));
      hn::StoreU(hn::Mul(hn::LoadU(d, y + j), centred), d, dx + j);
    });
  }
}

// Highway exports plain functions only: one name for each type.
void softmax_float(const float* x, float* y, std::size_t rows, std::size_t cols) { softmax(x, y, rows, cols); }
void softmax_double(const double* x, double* y, std::size_t rows, std::size_t cols) { softmax(x, y, rows, cols); }
kernels::RowExponentials exponentials_float(const float* x, float* y, std::size_t cols, std::size_t label) {
  return exponentials(x, y, cols, label);
}
kernels::RowExponentials exponentials_double(const double* x, double* y, std::size_t cols, std::size_t label) {
  return exponentials(x, y, cols, label);
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(softmax_float);
HWY_EXPORT(softmax_double);
HWY_EXPORT(softmax_backward);
HWY_EXPORT(exponentials_float);
HWY_EXPORT(exponentials_double);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void softmax(const float* x, float* y, std::size_t rows, std::size_t cols) {
  HWY_DYNAMIC_DISPATCH(softmax_float)(x, y, rows, cols);
}
void softmax(const double* x, double* y, std::size_t rows, std::size_t cols) {
  HWY_DYNAMIC_DISPATCH(softmax_double)(x, y, rows, cols);
}
void softmax_backward(const Real* y, const Real* dy, Real* dx, std::size_t rows, std::size_t cols) {
  HWY_DYNAMIC_DISPATCH(softmax_backward)(y, dy, dx, rows, cols);
}
RowExponentials exponentials(const float* x, float* y, std::size_t cols, std::size_t label) {
  return HWY_DYNAMIC_DISPATCH(exponentials_float)(x, y, cols, label);
}
RowExponentials exponentials(const double* x, double* y, std::size_t cols, std::size_t label) {
  return HWY_DYNAMIC_DISPATCH(exponentials_double)(x, y, cols, label);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
