// The row operations that softmax and cross-entropy share. This file is included once for each instruction set.
#if defined(MINNOW_CORE_EXPONENTIALS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MINNOW_CORE_EXPONENTIALS_INL_HPP
#undef MINNOW_CORE_EXPONENTIALS_INL_HPP
#else
#define MINNOW_CORE_EXPONENTIALS_INL_HPP
#endif

#include <minnow/core/math/detail/math-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {

/// Returns the maximum of x[0 ... n), n >= 1. If an element is NaN, returns NaN or the maximum of the others.
template <class T>
HWY_INLINE T row_max(const T* x, std::size_t n) {
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  auto max = hn::Set(d, x[0]);
  auto a = max, b = max, c = max;  // four chains hide the latency of max
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

/// Writes y = e^(x - max) and returns the sum of y. At most 64 vectors are summed in T; their sums are added in double.
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
      const auto e = exp_of_nonpositive(d, v);
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

/// Returns the sum of y, rounded like exponentials_sum.
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
