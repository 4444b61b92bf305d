// The two passes over a row that softmax and cross-entropy share: included once for each instruction set.
#if defined(MINNOW_CORE_EXPONENTIALS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MINNOW_CORE_EXPONENTIALS_INL_HPP
#undef MINNOW_CORE_EXPONENTIALS_INL_HPP
#else
#define MINNOW_CORE_EXPONENTIALS_INL_HPP
#endif

#include <minnow/core/simd-inl.hpp>

#include <algorithm>

#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {

/// The numbers behind exp: e^r = 1 + r + r^2 P(r) for |r| <= log(2) / 2, P by Remez's exchange with a relative error of
/// e^r of 3.1e-9 in float and 3.6e-18 in double.
template <class T>
struct ExpNumbers;
template <>
struct ExpNumbers<float> {
  static constexpr float lowest = -87.33654f;  // below, e^x is less than the smallest normal number
  static constexpr float magic = 12582912;     // 1.5 2^23: a sum with it has the nearest whole number in its last bits
  static constexpr float log2_high = 0.693359375f, log2_low = -2.12194440e-4f;  // log(2); n times high is exact
  static constexpr int exponent_shift = 23, exponent_of_one = 127;
  static constexpr float p[] = {0.49999993447796487f, 0.16666520631709497f, 0.041668388045313997f,
                                0.0083687168797281399f, 0.0013814598646664034f};
};
template <>
struct ExpNumbers<double> {
  static constexpr double lowest = -708.3964185322641;
  static constexpr double magic = 6755399441055744;  // 1.5 2^52
  static constexpr double log2_high = 6.93147180369123816490e-1, log2_low = 1.90821492927058770002e-10;
  static constexpr int exponent_shift = 52, exponent_of_one = 1023;
  static constexpr double p[] = {0.50000000000000106271,     0.16666666666666412523,   0.04166666666653015859,
                                 0.0083333333334944616641,   0.0013888888943630112946, 0.00019841269506578687653,
                                 0.000024801493098906550659, 2.7557586373840163694e-6, 2.7630248379211443975e-7,
                                 2.5000061602835666699e-8};
};

/// e^x to within 1.1 units in the last place, for x <= 0 (and up to 80); 0 where that is no normal number, NaN for NaN.
template <class D, class V>
HWY_INLINE V exp(D d, V x) {
  using T = hn::TFromD<D>;
  using N = ExpNumbers<T>;
  const hn::RebindToSigned<D> di;
  const auto magic = hn::Set(d, N::magic);
  const auto shifted = hn::MulAdd(x, hn::Set(d, static_cast<T>(1.4426950408889634)), magic);  // n = round(x / log 2)
  const auto n = hn::Sub(shifted, magic);
  const auto r = hn::NegMulAdd(n, hn::Set(d, N::log2_low), hn::NegMulAdd(n, hn::Set(d, N::log2_high), x));
  constexpr std::size_t degree = sizeof(N::p) / sizeof(T) - 1;
  auto p = hn::Set(d, N::p[degree]);
  for (std::size_t i = degree; i-- > 0;) p = hn::MulAdd(p, r, hn::Set(d, N::p[i]));
  const auto power = hn::Add(hn::MulAdd(hn::Mul(p, r), r, r), hn::Set(d, T{1}));  // 1 last: it rounds most
  const auto exponent =
      hn::Add(hn::ShiftLeft<N::exponent_shift>(hn::BitCast(di, shifted)),
              hn::Set(di, static_cast<hn::TFromD<decltype(di)>>(N::exponent_of_one) << N::exponent_shift));
  const auto scaled = hn::Mul(power, hn::BitCast(d, exponent));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, N::lowest)), scaled);
}

/// log(1 + x) for x >= 0, and NaN for NaN.
template <class D, class V>
HWY_INLINE V log1p(D d, V x) {
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Log1p(d, x));
}

/// The largest of x[0 ... n), n >= 1; when one is NaN, either it or the largest of the others.
template <class T>
HWY_INLINE T row_max(const T* x, std::size_t n) {
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  auto max = hn::Set(d, x[0]);
  auto a = max, b = max, c = max;  // four chains: one would wait for itself
  std::size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    max = hn::Max(max, hn::LoadU(d, x + i));
    a = hn::Max(a, hn::LoadU(d, x + i + lanes));
    b = hn::Max(b, hn::LoadU(d, x + i + 2 * lanes));
    c = hn::Max(c, hn::LoadU(d, x + i + 3 * lanes));
  }
  for (; i + lanes <= n; i += lanes) max = hn::Max(max, hn::LoadU(d, x + i));
  T rest = hn::GetLane(hn::MaxOfLanes(d, hn::Max(hn::Max(max, a), hn::Max(b, c))));
  for (; i < n; ++i) rest = std::max(rest, x[i]);
  return rest;
}

/// Writes y = e^(x - max) and returns the sum: at most 64 vectors of it in T, beyond that in double.
template <class T>
HWY_INLINE double exponentials_sum(const T* x, T* y, std::size_t n, T max) {
  const std::size_t block = 64 * hn::Lanes(hn::ScalableTag<T>());
  double total = 0;
  for (std::size_t start = 0; start < n; start += block) {
    const hn::ScalableTag<T> wide;
    auto sum = hn::Zero(wide);
    T rest = 0;
    for_each_vector<T>(std::min(block, n - start), [&, x = x + start, y = y + start](auto d, std::size_t j) HWY_ATTR {
      const auto v = hn::Sub(hn::LoadU(d, x + j), hn::Set(d, max));
      const auto e = exp(d, v);
      hn::StoreU(e, d, y + j);
      if constexpr (std::is_same_v<decltype(e), const decltype(sum)>)
        sum = hn::Add(sum, e);
      else
        rest += hn::GetLane(hn::SumOfLanes(d, e));
    });
    total += static_cast<double>(hn::GetLane(hn::SumOfLanes(wide, sum)) + rest);
  }
  return total;
}

/// The sum of y, like that.
template <class T>
HWY_INLINE double row_sum(const T* y, std::size_t n) {
  const hn::ScalableTag<T> wide;
  const std::size_t block = 64 * hn::Lanes(wide);
  double total = 0;
  for (std::size_t start = 0; start < n; start += block) {
    auto sum = hn::Zero(wide);
    T rest = 0;
    for_each_vector<T>(std::min(block, n - start), [&, y = y + start](auto d, std::size_t j) HWY_ATTR {
      const auto v = hn::LoadU(d, y + j);
      if constexpr (std::is_same_v<decltype(v), const decltype(sum)>)
        sum = hn::Add(sum, v);
      else
        rest += hn::GetLane(hn::SumOfLanes(d, v));
    });
    total += static_cast<double>(hn::GetLane(hn::SumOfLanes(wide, sum)) + rest);
  }
  return total;
}

}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
