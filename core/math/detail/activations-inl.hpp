// ReLU and the derivatives of the activations for one vector; sigmoid and tanh are in math-inl.hpp. This file is
// included once for each instruction set, hence the unusual guard.
#if defined(MINNOW_CORE_ACTIVATIONS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MINNOW_CORE_ACTIVATIONS_INL_HPP
#undef MINNOW_CORE_ACTIVATIONS_INL_HPP
#else
#define MINNOW_CORE_ACTIVATIONS_INL_HPP
#endif

#include <minnow/core/math/detail/math-inl.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {

template <class D, class V>
HWY_INLINE V relu(D d, V v) {
  return hn::IfThenZeroElse(hn::Le(v, hn::Zero(d)), v);  // a comparison with NaN is false, so NaN propagates
}
template <class D, class V>
HWY_INLINE V relu_backward(D d, V y, V dy) {
  return hn::IfThenZeroElse(hn::Le(y, hn::Zero(d)), dy);
}

template <class D, class V>
HWY_INLINE V sigmoid_backward(D d, V y, V dy) {
  return hn::Mul(dy, hn::Mul(y, hn::Sub(hn::Set(d, hn::TFromD<D>{1}), y)));
}

template <class D, class V>
HWY_INLINE V tanh_backward(D d, V y, V dy) {
  return hn::Mul(dy, hn::NegMulAdd(y, y, hn::Set(d, hn::TFromD<D>{1})));
}

}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
