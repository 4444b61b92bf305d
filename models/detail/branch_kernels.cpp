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

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(add_vectors);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void add(const Real* a, const Real* b, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(add_vectors)(a, b, y, n); }

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
