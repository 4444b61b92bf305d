// Elementary functions on vectors. This file is included once for each instruction set. scripts/minimax.py prints the
// polynomials. tests/core/math/math_test.cpp checks these error bounds, in units in the last place, with and without
// FMA:
//
//             float       double
//             FMA   none  FMA   none
//   exp       1.1   1.1   1.2   1.2    0 below the smallest normal number
//   log       1.1   1.6   1.4   1.6
//   log1p     1.7   1.9   1.8   2.0    x > -1
//   tanh      2.6   2.7   2.7   2.7
//   sigmoid   2.5   2.5   2.5   2.5    0 below the smallest normal number
//   erf       2.0   2.3   2.5   2.6
//
// NaN, infinities, zeros and denormal arguments give the same results as C++'s functions. On one instruction set, the
// bits of a result depend neither on the lane nor on the width of the vector.
#if defined(MINNOW_CORE_MATH_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MINNOW_CORE_MATH_INL_HPP
#undef MINNOW_CORE_MATH_INL_HPP
#else
#define MINNOW_CORE_MATH_INL_HPP
#endif

#include <cstddef>
#include <limits>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// The polynomials P, lowest coefficient first, and other constants that depend on the type.
template <class T>
struct MathConstants;
template <>
struct MathConstants<float> {
  static constexpr float magic = 12582912;  // 1.5 2^23: the last bits of x + magic are the nearest integer
  static constexpr float log2_high = 0.693359375f, log2_low = -2.12194440e-4f;  // log(2) = high + low; n high is exact
  static constexpr int exponent_shift = 23, exponent_of_one = 127;
  static constexpr float smallest_exp = -87.33654f, largest_exp = 88.72283f;  // between these, e^x is normal
  static constexpr float one_tanh = 10, one_sigmoid = 30, one_erf = 3.95f;    // above these, the function is constant
  // log reads the exponent of 2^-k in these units: (127 - k) 2^23 in float, 2^52 + 1023 - k in double.
  static constexpr float exponent_unit = 0x1p-23f, bits_of_one = 127 * 0x1p23f;
  static constexpr float largest_inverse = 0x1p126f;  // 2^-k is normal up to this x
  static constexpr float shift = 0x1p24f, log_shift = 16.635532333f;
  // e^r - 1 = r + r^2 P(r) for |r| <= log(2) / 2, to 1.7e-8.
  static constexpr float exp[] = {0.49999997f, 0.166665435f, 0.0416672006f, 0.00836652052f, 0.00138825143f};
  // log(1 + f) = f + f^2 P(f) for |f| <= 1/3, to 1e-8.
  static constexpr float log[] = {-0.5f,        0.333332092f,  -0.249997169f, 0.20010747f,  -0.166823044f,
                                  0.140011638f, -0.121671632f, 0.140047446f,  -0.129489392f};
  // erf(x) = 1 - e^-(x + x P(x)) for 0 <= x <= 3.95, to 8e-9.
  static constexpr float erf[] = {0.128379166f,   0.636619389f,     0.102777831f,    -0.0191530641f, -0.000160395444f,
                                  0.00166702666f, -0.000632836251f, 0.000117641073f, -9.25623954e-6f};
};
template <>
struct MathConstants<double> {
  static constexpr double magic = 6755399441055744;  // 1.5 2^52
  static constexpr double log2_high = 6.93147180369123816490e-1, log2_low = 1.90821492927058770002e-10;
  static constexpr int exponent_shift = 52, exponent_of_one = 1023;
  static constexpr double smallest_exp = -708.3964185322641, largest_exp = 709.782712893384;
  static constexpr double one_tanh = 20, one_sigmoid = 50, one_erf = 6;
  static constexpr double exponent_unit = 1, bits_of_one = 0x1p52 + 1023;
  static constexpr double largest_inverse = 0x1p1022;
  static constexpr double shift = 0x1p54, log_shift = 37.429947750237047;
  // To 3.4e-17, and erf to 7.9e-17.
  static constexpr double exp[] = {0.50000000000000056,   0.16666666666666588,   0.041666666666576757,
                                   0.0083333333333895608, 0.0013888888931564221, 0.00019841269718979667,
                                   2.4801505274678185e-5, 2.7557407574763358e-6, 2.7626037509599652e-7,
                                   2.5053762220232521e-8};
  // log(1 + f) = 2 s + s^3 P(s^2), s = f / (2 + f): one division, but a third of the terms of f^2 P(f).
  static constexpr double log[] = {0.6666666666667268,  0.39999999996176933, 0.28571429392824393, 0.22222138684883916,
                                   0.18186349174698496, 0.15250316160026561, 0.15367267853019137};
  static constexpr double erf[] = {
      0.1283791670955125,      0.63661977236761158,     0.10277260330005877,     -0.019128446963041709,
      -0.00020919523051064661, 0.0016962105310681995,   -0.00059014681692942791, 2.5955216250450514e-5,
      6.4289994115194861e-5,   -2.932351357879699e-5,   2.7958320514620589e-6,   3.5647176639823911e-6,
      -2.429823319292846e-6,   8.5373056600058149e-7,   -1.741002907404997e-7,   8.3730571217818972e-9,
      7.7822317641845279e-9,   -3.1531535345228464e-9,  6.8111423878444393e-10,  -9.5486441563305866e-11,
      8.7215535808026471e-12,  -4.7551959854645166e-13, 1.1801012920585887e-14};
};

/// Returns c[i] + c[i + 2] x^2 + c[i + 4] x^4 + ...
template <std::size_t i, class D, class T, std::size_t count>
HWY_INLINE hn::VFromD<D> every_other(D d, hn::VFromD<D> x_squared, const T (&c)[count]) {
  if constexpr (i + 2 < count)
    return hn::MulAdd(every_other<i + 2>(d, x_squared, c), x_squared, hn::Set(d, c[i]));
  else
    return hn::Set(d, c[i]);
}
/// Returns c[0] + c[1] x + c[2] x^2 + ..., computed as two chains: half the latency of one.
template <class D, class T, std::size_t count>
HWY_INLINE hn::VFromD<D> polynomial(D d, hn::VFromD<D> x, hn::VFromD<D> x_squared, const T (&c)[count]) {
  return hn::MulAdd(every_other<1>(d, x_squared, c), x, every_other<0>(d, x_squared, c));
}

/// Returns min(x, limit), or NaN for NaN.
template <class D>
HWY_INLINE hn::VFromD<D> at_most(D d, hn::VFromD<D> x, hn::TFromD<D> limit) {
  const auto v = hn::Set(d, limit);
#if HWY_TARGET <= HWY_SSE4 && HWY_ARCH_X86  // the instruction returns the second operand if one is NaN
  return hn::Min(v, x);
#else
  return hn::IfThenElse(hn::Gt(x, v), v, x);
#endif
}

/// e^x = 2^n (1 + rest), n in the last bits of `shifted`.
template <class D>
struct Exponential {
  hn::VFromD<D> rest, shifted;
};
/// Returns the parts of e^x, or of e^-x if `negate` is set.
template <bool negate = false, class D>
HWY_INLINE Exponential<D> exponential(D d, hn::VFromD<D> x) {
  using T = hn::TFromD<D>;
  using N = MathConstants<T>;
  const auto magic = hn::Set(d, N::magic), high = hn::Set(d, N::log2_high);
  constexpr T per_log2 = static_cast<T>(negate ? -1.4426950408889634 : 1.4426950408889634);
  const auto shifted = hn::MulAdd(x, hn::Set(d, per_log2), magic);
  const auto n = hn::Sub(shifted, magic);  // round(x / log 2)
  auto r = x;
  if constexpr (negate)
    r = hn::NegMulSub(n, high, x);
  else
    r = hn::NegMulAdd(n, high, x);
  r = hn::NegMulAdd(n, hn::Set(d, N::log2_low), r);
  const auto r_squared = hn::Mul(r, r);
  return {hn::MulAdd(polynomial(d, r, r_squared, N::exp), r_squared, r), shifted};
}

/// Returns 2^n, for -126 <= n <= 127 (float) or -1022 <= n <= 1023 (double).
template <class D>
HWY_INLINE hn::VFromD<D> power_of_two(D d, hn::VFromD<D> shifted) {
  using N = MathConstants<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> du;
  using U = hn::TFromD<decltype(du)>;
  const auto one = hn::Set(du, static_cast<U>(U{N::exponent_of_one} << N::exponent_shift));
  return hn::BitCast(d, hn::Add(hn::ShiftLeft<N::exponent_shift>(hn::BitCast(du, shifted)), one));
}

/// Returns e^x for x <= 0; also correct up to 88.
template <class D, class V>
HWY_INLINE V exp_of_nonpositive(D d, V x) {
  const auto e = exponential(d, x);
  const auto scale = power_of_two(d, e.shifted);
  const auto smallest = hn::Set(d, MathConstants<hn::TFromD<D>>::smallest_exp);
  return hn::IfThenZeroElse(hn::Lt(x, smallest), hn::MulAdd(e.rest, scale, scale));
}

/// Returns e^x.
template <class D, class V>
HWY_INLINE V exp(D d, V x) {
  using T = hn::TFromD<D>;
  using N = MathConstants<T>;
  const hn::RebindToUnsigned<D> du;
  const auto e = exponential(d, x);
  // n is added to the exponent, because 2^128 (1 + rest) may be a finite float although 2^128 is not.
  const auto power = hn::BitCast(du, hn::Add(e.rest, hn::Set(d, T{1})));
  const auto scaled = hn::BitCast(d, hn::Add(power, hn::ShiftLeft<N::exponent_shift>(hn::BitCast(du, e.shifted))));
  const auto infinite = hn::Add(x, hn::Set(d, std::numeric_limits<T>::infinity()));  // or NaN
  const auto finite = hn::IfThenElse(hn::Le(x, hn::Set(d, N::largest_exp)), scaled, infinite);
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, N::smallest_exp)), finite);
}

/// Returns 1 / (1 + e^-x).
template <class D, class V>
HWY_INLINE V sigmoid(D d, V x) {
  using N = MathConstants<hn::TFromD<D>>;
  const auto one = hn::Set(d, hn::TFromD<D>{1});
  const auto e = exponential<true>(d, at_most(d, x, N::one_sigmoid));
  const auto scale = power_of_two(d, e.shifted);
  const auto s = hn::Div(one, hn::MulAdd(e.rest, scale, hn::Add(scale, one)));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, N::smallest_exp)), s);
}

/// Returns (e^2|x| - 1) / (e^2|x| + 1), with the sign of x. e^2|x| - 1 = 2^n rest + (2^n - 1) is accurate near 0.
template <class D, class V>
HWY_INLINE V tanh(D d, V x) {
  using N = MathConstants<hn::TFromD<D>>;
  const auto size = at_most(d, hn::Abs(x), N::one_tanh);
  const auto e = exponential(d, hn::Add(size, size));
  const auto scale = power_of_two(d, e.shifted);
  const auto less_one = hn::MulAdd(e.rest, scale, hn::Sub(scale, hn::Set(d, hn::TFromD<D>{1})));
  return hn::CopySignToAbs(hn::Div(less_one, hn::Add(less_one, hn::Set(d, hn::TFromD<D>{2}))), x);
}

/// Returns 1 - e^-(u + u P(u)), u = |x|, with the sign of x. The difference is computed as in tanh.
template <class D, class V>
HWY_INLINE V erf(D d, V x) {
  using N = MathConstants<hn::TFromD<D>>;
  const auto size = at_most(d, hn::Abs(x), N::one_erf);
  const auto p = polynomial(d, size, hn::Mul(size, size), N::erf);
  const auto e = exponential<true>(d, hn::MulAdd(p, size, size));
  const auto scale = power_of_two(d, e.shifted);
  const auto one = hn::Set(d, hn::TFromD<D>{1});
  return hn::CopySignToAbs(hn::NegMulAdd(e.rest, scale, hn::Sub(one, scale)), x);
}

/// Returns 2^-k such that 2/3 <= 2^-k x < 4/3, for a normal x below 2^126 (float) or 2^1022 (double).
template <class D>
HWY_INLINE hn::VFromD<D> inverse_power(D d, hn::VFromD<D> x) {
  using N = MathConstants<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> du;
  using U = hn::TFromD<decltype(du)>;
  constexpr U unit = U{1} << N::exponent_shift;
  constexpr U two_thirds = (U{N::exponent_of_one} << N::exponent_shift) - unit + (unit + 2) / 3;
  constexpr U one = U{N::exponent_of_one} << N::exponent_shift;
  const auto from = hn::Set(du, static_cast<U>(two_thirds + (unit - 1) + one));
  return hn::BitCast(d, hn::And(hn::Sub(from, hn::BitCast(du, x)), hn::Set(du, static_cast<U>(~(unit - 1)))));
}

/// Returns log(2^k (1 + f)) for -1/3 <= f <= 1/3, given 2^-k. log(2) is rounded by less than 0.3 units in both types.
template <class D>
HWY_INLINE hn::VFromD<D> log_of_parts(D d, hn::VFromD<D> inverse, hn::VFromD<D> f) {
  using T = hn::TFromD<D>;
  using N = MathConstants<T>;
  const auto log2 = hn::Set(d, static_cast<T>(0.6931471805599453 * N::exponent_unit));
  if constexpr (sizeof(T) == 4) {
    const auto f_squared = hn::Mul(f, f);
    const auto log_f = hn::MulAdd(polynomial(d, f, f_squared, N::log), f_squared, f);
    const auto bits = hn::ConvertTo(d, hn::BitCast(hn::RebindToSigned<D>(), inverse));
    return hn::NegMulAdd(hn::Sub(bits, hn::Set(d, N::bits_of_one)), log2, log_f);
  } else {
    const auto s = hn::Div(f, hn::Add(f, hn::Set(d, T{2})));
    const auto s_squared = hn::Mul(s, s);
    const auto p = polynomial(d, s_squared, hn::Mul(s_squared, s_squared), N::log);
    const auto log_f = hn::NegMulAdd(s, hn::NegMulAdd(p, s_squared, f), f);  // 2 s = f - s f
    // Few CPUs convert 64-bit integers, so the exponent is written to the last bits of a double.
    const auto exponent = hn::ShiftRight<N::exponent_shift>(hn::BitCast(hn::RebindToUnsigned<D>(), inverse));
    const auto bits = hn::Or(hn::BitCast(d, exponent), hn::Set(d, T{0x1p52}));
    return hn::NegMulAdd(hn::Sub(bits, hn::Set(d, N::bits_of_one)), log2, log_f);
  }
}

/// Returns log(x).
template <class D, class V>
HWY_INLINE V log(D d, V x) {
  using T = hn::TFromD<D>;
  using N = MathConstants<T>;
  const auto one = hn::Set(d, T{1});
  const auto smallest = hn::Set(d, std::numeric_limits<T>::min());
  const auto in_range = hn::And(hn::Ge(x, smallest), hn::Lt(x, hn::Set(d, N::largest_inverse)));
  const auto inverse = inverse_power(d, x);
  const auto y = log_of_parts(d, inverse, hn::MulSub(x, inverse, one));
  if (HWY_LIKELY(hn::AllTrue(d, in_range))) return y;

  // Other arguments are scaled by a power of two.
  const auto small = hn::Lt(x, smallest);
  const auto scaled = hn::Mul(x, hn::IfThenElse(small, hn::Set(d, N::shift), hn::Set(d, 1 / N::shift)));
  const auto scaled_inverse = inverse_power(d, scaled);
  const auto log_shift = hn::IfThenElse(small, hn::Set(d, -N::log_shift), hn::Set(d, N::log_shift));
  const auto log_scaled = log_of_parts(d, scaled_inverse, hn::MulSub(scaled, scaled_inverse, one));
  const auto zero = hn::Zero(d), infinity = hn::Set(d, std::numeric_limits<T>::infinity());
  const auto finite = hn::IfThenElse(in_range, y, hn::Add(log_scaled, log_shift));
  const auto at_most_0 = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity), hn::NaN(d));
  const auto beyond = hn::IfThenElse(hn::Le(x, zero), at_most_0, hn::Add(x, infinity));  // infinity and NaN stay
  return hn::IfThenElse(hn::And(hn::Gt(x, zero), hn::Lt(x, infinity)), finite, beyond);
}

/// Returns log(1 + x). 2^-k (1 + x) - 1 is computed from x, because 1 + x has lost digits of x.
template <class D, class V>
HWY_INLINE V log1p(D d, V x) {
  using T = hn::TFromD<D>;
  using N = MathConstants<T>;
  const auto one = hn::Set(d, T{1});
  const auto sum = hn::Add(x, one);
  const auto inverse = inverse_power(d, sum);
  const auto y = log_of_parts(d, inverse, hn::MulSub(x, inverse, hn::Sub(one, inverse)));
  const auto in_range = hn::And(hn::Gt(x, hn::Neg(one)), hn::Lt(x, hn::Set(d, N::largest_inverse)));
  if (HWY_LIKELY(hn::AllTrue(d, in_range))) return y;
  return hn::IfThenElse(in_range, y, log(d, sum));
}

}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
