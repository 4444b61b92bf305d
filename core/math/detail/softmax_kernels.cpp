// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/core/math/detail/softmax_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/exponentials-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/core/math/kernels.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

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

template <class T>
void softmax(const T* x, T* y, std::size_t rows, std::size_t cols) {
  if (cols == 0) return;
  for (std::size_t i = 0; i < rows; ++i, x += cols, y += cols) {
    const auto inverse = static_cast<T>(1 / exponentials_sum(x, y, cols, row_max(x, cols)));
    for_each_vector<T>(cols, [=](auto d, std::size_t j)
                                 HWY_ATTR { hn::StoreU(hn::Mul(hn::LoadU(d, y + j), hn::Set(d, inverse)), d, y + j); });
  }
}

void softmax_backward(const Real* y, const Real* dy, Real* dx, std::size_t rows, std::size_t cols) {
  for (std::size_t i = 0; i < rows; ++i, y += cols, dy += cols, dx += cols) {
    double dot = 0;
    for (std::size_t j = 0; j < cols; ++j) dot += static_cast<double>(y[j]) * static_cast<double>(dy[j]);
    for_each_vector<Real>(cols, [=](auto d, std::size_t j) HWY_ATTR {
      const auto centred = hn::Sub(hn::LoadU(d, dy + j), hn::Set(d, static_cast<Real>(dot)));
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
