// Vector loops for Highway's per-target compilation: included once for each instruction set, hence no ordinary guard.
#if defined(MINNOW_CORE_SIMD_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MINNOW_CORE_SIMD_INL_HPP
#undef MINNOW_CORE_SIMD_INL_HPP
#else
#define MINNOW_CORE_SIMD_INL_HPP
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Calls body(tag, i) for consecutive vectors over [0, n): the widest first, then four lanes, then one.
template <class T, class Body>
HWY_INLINE void for_each_vector(std::size_t n, const Body& body) {
  const hn::ScalableTag<T> wide;
  const hn::CappedTag<T, 4> four;
  const hn::CappedTag<T, 1> one;
  std::size_t i = 0;
  for (; i + hn::Lanes(wide) <= n; i += hn::Lanes(wide)) body(wide, i);
  for (; i + hn::Lanes(four) <= n; i += hn::Lanes(four)) body(four, i);
  for (; i < n; ++i) body(one, i);
}

}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
