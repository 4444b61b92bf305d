// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/core/math/detail/math_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/activations-inl.hpp>
#include <minnow/core/math/detail/math-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/core/math/kernels.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

void map_exp(const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR { hn::StoreU(exp(d, hn::LoadU(d, x + i)), d, y + i); });
}
void map_log(const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR { hn::StoreU(log(d, hn::LoadU(d, x + i)), d, y + i); });
}
void map_log1p(const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n,
                        [=](auto d, std::size_t i) HWY_ATTR { hn::StoreU(log1p(d, hn::LoadU(d, x + i)), d, y + i); });
}
void map_erf(const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR { hn::StoreU(erf(d, hn::LoadU(d, x + i)), d, y + i); });
}
void map_sigmoid(const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n,
                        [=](auto d, std::size_t i) HWY_ATTR { hn::StoreU(sigmoid(d, hn::LoadU(d, x + i)), d, y + i); });
}
void map_tanh(const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR { hn::StoreU(tanh(d, hn::LoadU(d, x + i)), d, y + i); });
}

void map_sigmoid_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(sigmoid_backward(d, hn::LoadU(d, y + i), hn::LoadU(d, dy + i)), d, dx + i);
  });
}

void map_tanh_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(tanh_backward(d, hn::LoadU(d, y + i), hn::LoadU(d, dy + i)), d, dx + i);
  });
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(map_exp);
HWY_EXPORT(map_log);
HWY_EXPORT(map_log1p);
HWY_EXPORT(map_erf);
HWY_EXPORT(map_sigmoid);
HWY_EXPORT(map_tanh);
HWY_EXPORT(map_sigmoid_backward);
HWY_EXPORT(map_tanh_backward);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void exp(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_exp)(x, y, n); }
void log(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_log)(x, y, n); }
void log1p(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_log1p)(x, y, n); }
void erf(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_erf)(x, y, n); }
void sigmoid(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_sigmoid)(x, y, n); }
void tanh(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_tanh)(x, y, n); }

void sigmoid_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(map_sigmoid_backward)(y, dy, dx, n);
}
void tanh_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(map_tanh_backward)(y, dy, dx, n);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
