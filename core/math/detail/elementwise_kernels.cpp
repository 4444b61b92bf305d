// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/core/math/detail/elementwise_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/activations-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/core/math/kernels.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

void map_relu(const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR { hn::StoreU(relu(d, hn::LoadU(d, x + i)), d, y + i); });
}

void map_relu_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(relu_backward(d, hn::LoadU(d, y + i), hn::LoadU(d, dy + i)), d, dx + i);
  });
}

void scale(const Real* x, Real factor, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i)
                               HWY_ATTR { hn::StoreU(hn::Mul(hn::LoadU(d, x + i), hn::Set(d, factor)), d, y + i); });
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(map_relu);
HWY_EXPORT(map_relu_backward);
HWY_EXPORT(scale);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void relu(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_relu)(x, y, n); }
void relu_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(map_relu_backward)(y, dy, dx, n);
}
void scale(const Real* x, Real factor, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(scale)(x, factor, y, n); }

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
