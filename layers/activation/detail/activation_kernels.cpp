// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/activation/detail/activation_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/activations-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/activation/detail/activation_kernels.hpp>

#include <limits>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

template <class D>
HWY_INLINE hn::VFromD<D> set(D d, double value) {
  return hn::Set(d, static_cast<hn::TFromD<D>>(value));
}

// For an infinite x, x times 0 is NaN. These limits change infinities only; NaN may become finite.

/// Returns x, or the most negative finite number for -infinity.
template <class D, class V>
HWY_INLINE V above_minus_infinity(D d, V x) {
  return hn::Max(x, hn::Set(d, std::numeric_limits<hn::TFromD<D>>::lowest()));
}
/// Returns x, or the finite number of the largest size for an infinity.
template <class D, class V>
HWY_INLINE V finite(D d, V x) {
  return hn::Min(above_minus_infinity(d, x), hn::Set(d, std::numeric_limits<hn::TFromD<D>>::max()));
}

/// Computes y = f(x).
template <class F>
HWY_INLINE void map(const Real* x, Real* y, std::size_t n, const F& f) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR { hn::StoreU(f(d, hn::LoadU(d, x + i)), d, y + i); });
}
/// Computes dx = dy slope(x).
template <class F>
HWY_INLINE void map_slope(const Real* x, const Real* dy, Real* dx, std::size_t n, const F& slope) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(hn::Mul(slope(d, hn::LoadU(d, x + i)), hn::LoadU(d, dy + i)), d, dx + i);
  });
}

void map_leaky_relu(const Real* x, Real slope, Real* y, std::size_t n) {
  if (slope == 0)  // 0 for -infinity too
    return map(x, y, n, [](auto d, auto v) HWY_ATTR {
      const auto zero = hn::Mul(above_minus_infinity(d, v), hn::Zero(d));
      return hn::IfThenElse(hn::Le(v, hn::Zero(d)), zero, v);  // a comparison with NaN is false, so NaN propagates
    });
  map(x, y, n, [=](auto d, auto v) HWY_ATTR {
    return hn::IfThenElse(hn::Gt(v, hn::Zero(d)), v, hn::Mul(v, hn::Set(d, slope)));
  });
}
void map_leaky_relu_backward(const Real* x, Real slope, const Real* dy, Real* dx, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto g = hn::LoadU(d, dy + i);
    const auto positive = hn::Gt(hn::LoadU(d, x + i), hn::Zero(d));
    hn::StoreU(hn::IfThenElse(positive, g, hn::Mul(g, hn::Set(d, slope))), d, dx + i);
  });
}

/// Returns min(max(x, 0), 6); NaN propagates.
template <class D, class V>
HWY_INLINE V zero_to_six(D d, V x) {
  return at_most(d, relu(d, x), 6);
}
/// Returns min(max(x + 3, 0), 6) / 6.
template <class D, class V>
HWY_INLINE V hard_gate(D d, V x) {
  return hn::Div(zero_to_six(d, hn::Add(x, set(d, 3))), set(d, 6));
}

void map_relu6(const Real* x, Real* y, std::size_t n) {
  map(x, y, n, [](auto d, auto v) HWY_ATTR { return zero_to_six(d, v); });
}
void map_relu6_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto v = hn::LoadU(d, y + i), g = relu_backward(d, v, hn::LoadU(d, dy + i));
    hn::StoreU(hn::IfThenZeroElse(hn::Ge(v, set(d, 6)), g), d, dx + i);
  });
}

void map_hardsigmoid(const Real* x, Real* y, std::size_t n) {
  map(x, y, n, [](auto d, auto v) HWY_ATTR { return hard_gate(d, v); });
}
void map_hardsigmoid_backward(const Real* x, const Real* dy, Real* dx, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto inside = hn::Lt(hn::Abs(hn::LoadU(d, x + i)), set(d, 3));
    hn::StoreU(hn::IfThenElseZero(inside, hn::Div(hn::LoadU(d, dy + i), set(d, 6))), d, dx + i);
  });
}

void map_hardswish(const Real* x, Real* y, std::size_t n) {
  map(x, y, n, [](auto d, auto v) HWY_ATTR { return hn::Mul(above_minus_infinity(d, v), hard_gate(d, v)); });
}
void map_hardswish_backward(const Real* x, const Real* dy, Real* dx, std::size_t n) {
  map_slope(x, dy, dx, n, [](auto d, auto v) HWY_ATTR {
    const auto three = set(d, 3);
    const auto above = hn::IfThenElse(hn::Ge(v, three), set(d, 1), hn::Add(hn::Div(v, three), set(d, 0.5)));
    return hn::IfThenZeroElse(hn::Le(v, hn::Neg(three)), above);
  });
}

/// Returns Phi(x) = erfc(-x / sqrt(2)) / 2. For x < 0, erfc is computed as the exponential 1 - erf(u) = e^-(u + u
/// P(u)), which avoids the cancellation in 1 - erf.
template <class D, class V>
HWY_INLINE V normal_cdf(D d, V x) {
  using N = MathConstants<hn::TFromD<D>>;
  const auto half = set(d, 0.5);
  const auto distance = hn::Mul(hn::Abs(x), set(d, 0.70710678118654752));
  const auto u = at_most(d, distance, N::one_erf);
  const auto p = polynomial(d, u, hn::Mul(u, u), N::erf);
  const auto e = exponential<true>(d, hn::MulAdd(p, u, u));
  const auto scale = hn::Mul(power_of_two(d, e.shifted), half);
  const auto tail = hn::IfThenZeroElse(hn::Ge(distance, hn::Set(d, N::one_erf)), hn::MulAdd(e.rest, scale, scale));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(set(d, 1), tail));
}

void map_gelu(const Real* x, Real* y, std::size_t n) {
  map(x, y, n, [](auto d, auto v) HWY_ATTR { return hn::Mul(above_minus_infinity(d, v), normal_cdf(d, v)); });
}
void map_gelu_backward(const Real* x, const Real* dy, Real* dx, std::size_t n) {
  map_slope(x, dy, dx, n, [](auto d, auto v) HWY_ATTR {
    const auto bell = exp_of_nonpositive(d, hn::Mul(hn::Mul(v, v), set(d, -0.5)));
    return hn::MulAdd(hn::Mul(finite(d, v), set(d, 0.39894228040143268)), bell, normal_cdf(d, v));  // 1 / sqrt(2 pi)
  });
}

/// s = sigmoid(z) and s (1 - s). Both are computed from the smaller of s and 1 - s, which is accurate.
template <class V>
struct Gate {
  V s, slope;
};
template <class D, class V>
HWY_INLINE Gate<V> gate(D d, V z) {
  const auto smaller = sigmoid(d, hn::Neg(hn::Abs(z))), larger = hn::Sub(set(d, 1), smaller);
  return {hn::IfThenElse(hn::Lt(z, hn::Zero(d)), smaller, larger), hn::Mul(smaller, larger)};
}

/// (1 + tanh(u)) / 2 = sigmoid(2 u), which is accurate for u < 0 too. 2 u = x (two_root + two_root cubic x^2).
constexpr double two_root = 1.5957691216057307, cubic = 0.044715;  // 2 sqrt(2 / pi)
/// Returns x^2, limited to 10^4: beyond, the sigmoid is 0 or 1.
template <class D, class V>
HWY_INLINE V limited_square(D d, V x) {
  return at_most(d, hn::Mul(x, x), 1e4);
}
template <class D, class V>
HWY_INLINE V twice_u(D d, V x, V square) {
  return hn::Mul(x, hn::MulAdd(square, set(d, two_root * cubic), set(d, two_root)));
}

void map_gelu_tanh(const Real* x, Real* y, std::size_t n) {
  map(x, y, n, [](auto d, auto v) HWY_ATTR {
    return hn::Mul(above_minus_infinity(d, v), sigmoid(d, twice_u(d, v, limited_square(d, v))));
  });
}
void map_gelu_tanh_backward(const Real* x, const Real* dy, Real* dx, std::size_t n) {
  map_slope(x, dy, dx, n, [](auto d, auto v) HWY_ATTR {
    const auto square = limited_square(d, v);
    const auto g = gate(d, twice_u(d, v, square));
    const auto inner = hn::MulAdd(square, set(d, 3 * two_root * cubic), set(d, two_root));
    return hn::MulAdd(finite(d, v), hn::Mul(inner, g.slope), g.s);
  });
}

void map_silu(const Real* x, Real* y, std::size_t n) {
  map(x, y, n, [](auto d, auto v) HWY_ATTR { return hn::Mul(above_minus_infinity(d, v), sigmoid(d, v)); });
}
void map_silu_backward(const Real* x, const Real* dy, Real* dx, std::size_t n) {
  map_slope(x, dy, dx, n, [](auto d, auto v) HWY_ATTR {
    const auto g = gate(d, v);
    return hn::MulAdd(finite(d, v), g.slope, g.s);
  });
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(map_leaky_relu);
HWY_EXPORT(map_leaky_relu_backward);
HWY_EXPORT(map_relu6);
HWY_EXPORT(map_relu6_backward);
HWY_EXPORT(map_hardsigmoid);
HWY_EXPORT(map_hardsigmoid_backward);
HWY_EXPORT(map_hardswish);
HWY_EXPORT(map_hardswish_backward);
HWY_EXPORT(map_gelu);
HWY_EXPORT(map_gelu_backward);
HWY_EXPORT(map_gelu_tanh);
HWY_EXPORT(map_gelu_tanh_backward);
HWY_EXPORT(map_silu);
HWY_EXPORT(map_silu_backward);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void leaky_relu(const Real* x, Real slope, Real* y, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(map_leaky_relu)(x, slope, y, n);
}
void leaky_relu_backward(const Real* x, Real slope, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(map_leaky_relu_backward)(x, slope, dy, dx, n);
}
void relu6(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_relu6)(x, y, n); }
void relu6_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(map_relu6_backward)(y, dy, dx, n);
}
void hardsigmoid(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_hardsigmoid)(x, y, n); }
void hardsigmoid_backward(const Real* x, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(map_hardsigmoid_backward)(x, dy, dx, n);
}
void hardswish(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_hardswish)(x, y, n); }
void hardswish_backward(const Real* x, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(map_hardswish_backward)(x, dy, dx, n);
}
void gelu(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_gelu)(x, y, n); }
void gelu_backward(const Real* x, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(map_gelu_backward)(x, dy, dx, n);
}
void gelu_tanh(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_gelu_tanh)(x, y, n); }
void gelu_tanh_backward(const Real* x, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(map_gelu_tanh_backward)(x, dy, dx, n);
}
void silu(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_silu)(x, y, n); }
void silu_backward(const Real* x, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(map_silu_backward)(x, dy, dx, n);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
