// Vector loops. This file is included once for each instruction set, hence the unusual guard.
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

/// Calls body(tag, i) for consecutive vectors that cover [0, n): first the widest, then four lanes, then one lane.
template <class T, class Body>
HWY_INLINE void for_each_vector(std::size_t n, const Body& body) {
  const hn::ScalableTag<T> wide;
  const hn::CappedTag<T, 4> four;
  const hn::CappedTag<T, 1> one;
  std::size_t i = 0;
  for (; i + hn::Lanes(wide) <= n; i += hn::Lanes(wide)) body(wide, i);
  if constexpr (hn::MaxLanes(wide) > hn::MaxLanes(four))
    for (; i + hn::Lanes(four) <= n; i += hn::Lanes(four)) body(four, i);
  if constexpr (hn::MaxLanes(wide) > hn::MaxLanes(one))
    for (; i < n; ++i) body(one, i);
}

/// Loads a vector of doubles from elements of type T, or stores one to them.
template <class D, class T>
HWY_INLINE auto load_double(D d, const T* p) {
  if constexpr (std::is_same_v<T, double>)
    return hn::LoadU(d, p);
  else
    return hn::PromoteTo(d, hn::LoadU(hn::Rebind<T, D>(), p));
}
template <class T, class D>
HWY_INLINE auto demote(D d, hn::VFromD<D> v) {
  if constexpr (std::is_same_v<T, double>) {
    return v;
  } else {
    const hn::Rebind<T, D> narrow;
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128  // their DemoteTo turns infinity into a finite value
    HWY_ALIGN double from[HWY_MAX_BYTES / sizeof(double)];
    HWY_ALIGN T to[HWY_MAX_BYTES / sizeof(T)];
    hn::Store(v, d, from);
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) to[i] = static_cast<T>(from[i]);
    return hn::Load(narrow, to);
#else
    return hn::DemoteTo(narrow, v);
#endif
  }
}
template <class D, class T>
HWY_INLINE void store_double(hn::VFromD<D> v, D d, T* p) {
  hn::StoreU(demote<T>(d, v), hn::Rebind<T, D>(), p);
}

}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
