// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/models/detail/branch_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/models/detail/branch_kernels.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

void add_vectors(const Real* a, const Real* b, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i)
                               HWY_ATTR { hn::StoreU(hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, y + i); });
}

void multiply_vectors(const Real* a, const Real* b, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i)
                               HWY_ATTR { hn::StoreU(hn::Mul(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, y + i); });
}
void scale_vector(const Real* a, Real b, Real* y, std::size_t n) {
  for_each_vector<Real>(
      n, [=](auto d, std::size_t i) HWY_ATTR { hn::StoreU(hn::Mul(hn::LoadU(d, a + i), hn::Set(d, b)), d, y + i); });
}
void multiply_add_vectors(const Real* a, const Real* b, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), hn::LoadU(d, y + i)), d, y + i);
  });
}
void scale_add_vector(const Real* a, Real b, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(hn::MulAdd(hn::LoadU(d, a + i), hn::Set(d, b), hn::LoadU(d, y + i)), d, y + i);
  });
}

double dot_in_double(const Real* a, const Real* b, std::size_t n) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  auto even = hn::Zero(d), odd = even;
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    even = hn::MulAdd(load_double(d, a + i), load_double(d, b + i), even);
    odd = hn::MulAdd(load_double(d, a + i + lanes), load_double(d, b + i + lanes), odd);
  }
  double total = hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
  for (; i < n; ++i) total += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return total;
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(add_vectors);
HWY_EXPORT(multiply_vectors);
HWY_EXPORT(scale_vector);
HWY_EXPORT(multiply_add_vectors);
HWY_EXPORT(scale_add_vector);
HWY_EXPORT(dot_in_double);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void add(const Real* a, const Real* b, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(add_vectors)(a, b, y, n); }

void multiply(const Real* a, const Real* b, Real* y, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(multiply_vectors)(a, b, y, n);
}
void multiply(const Real* a, Real b, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(scale_vector)(a, b, y, n); }
void multiply_add(const Real* a, const Real* b, Real* y, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(multiply_add_vectors)(a, b, y, n);
}
void multiply_add(const Real* a, Real b, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(scale_add_vector)(a, b, y, n); }

double dot(const Real* a, const Real* b, std::size_t n) { return HWY_DYNAMIC_DISPATCH(dot_in_double)(a, b, n); }

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
