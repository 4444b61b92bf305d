// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/detail/sum_kernel.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/detail/sum_kernel.hpp>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

double sum(const Real* x, std::size_t n) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  auto a = hn::Zero(d), b = a, e = a, f = a;
  std::size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    for (std::size_t ahead = 0; ahead < 4 * lanes; ahead += 64 / sizeof(Real)) hwy::Prefetch(x + i + 2048 + ahead);
    a = hn::Add(a, load_double(d, x + i));
    b = hn::Add(b, load_double(d, x + i + lanes));
    e = hn::Add(e, load_double(d, x + i + 2 * lanes));
    f = hn::Add(f, load_double(d, x + i + 3 * lanes));
  }
  double total = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(a, b), hn::Add(e, f))));
  for (; i < n; ++i) total += static_cast<double>(x[i]);
  return total;
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(sum);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

double sum(const Real* x, std::size_t n) { return HWY_DYNAMIC_DISPATCH(sum)(x, n); }

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
