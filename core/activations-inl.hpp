// The activations and their slopes on one vector: included once for each instruction set, hence no ordinary guard.
#if defined(MINNOW_CORE_ACTIVATIONS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MINNOW_CORE_ACTIVATIONS_INL_HPP
#undef MINNOW_CORE_ACTIVATIONS_INL_HPP
#else
#define MINNOW_CORE_ACTIVATIONS_INL_HPP
#endif

#include <minnow/core/simd-inl.hpp>

#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {

template <class D, class V>
HWY_INLINE V relu(D d, V v) {
  return hn::IfThenZeroElse(hn::Le(v, hn::Zero(d)), v);  // a comparison with NaN is false: NaN stays
}
template <class D, class V>
HWY_INLINE V relu_backward(D d, V y, V dy) {
  return hn::IfThenZeroElse(hn::Le(y, hn::Zero(d)), dy);
}

template <class D, class V>
HWY_INLINE V sigmoid(D d, V v) {
  const auto one = hn::Set(d, hn::TFromD<D>{1});
  const auto e = hn::Exp(d, hn::Neg(hn::Abs(v)));  // in (0, 1]
  const auto s = hn::Div(hn::IfThenElse(hn::Lt(v, hn::Zero(d)), e, one), hn::Add(one, e));
  return hn::IfThenElse(hn::IsNaN(v), v, s);
}
template <class D, class V>
HWY_INLINE V sigmoid_backward(D d, V y, V dy) {
  return hn::Mul(dy, hn::Mul(y, hn::Sub(hn::Set(d, hn::TFromD<D>{1}), y)));
}

template <class D, class V>
HWY_INLINE V tanh(D d, V v) {
  return hn::IfThenElse(hn::IsNaN(v), v, hn::Tanh(d, v));
}
template <class D, class V>
HWY_INLINE V tanh_backward(D d, V y, V dy) {
  return hn::Mul(dy, hn::NegMulAdd(y, y, hn::Set(d, hn::TFromD<D>{1})));
}

}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
