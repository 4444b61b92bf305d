// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/normalization/detail/layer_norm_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/exponentials-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/normalization/detail/inverse_deviation.hpp>
#include <minnow/layers/normalization/detail/layer_norm_kernels.hpp>

#include <algorithm>
#include <cmath>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

struct TwoSums {
  double first = 0, second = 0;
};

/// Returns two sums of terms(d, j, a, b) over [0, n): up to 64 vectors are summed in Real, these sums in double.
template <class Terms>
HWY_INLINE TwoSums two_sums(std::size_t n, const Terms& terms) {
  const hn::ScalableTag<Real> wide;
  const std::size_t block = 64 * hn::Lanes(wide);
  TwoSums total;
  for (std::size_t start = 0; start < n; start += block) {
    auto first = hn::Zero(wide), second = hn::Zero(wide);
    Real first_rest = 0, second_rest = 0;
    for_each_vector<Real>(std::min(block, n - start), [&](auto d, std::size_t j) HWY_ATTR {
      auto a = hn::Zero(d), b = hn::Zero(d);
      terms(d, start + j, a, b);
      if constexpr (std::is_same_v<decltype(a), decltype(first)>) {
        first = hn::Add(first, a);
        second = hn::Add(second, b);
      } else {
        first_rest += hn::GetLane(hn::SumOfLanes(d, a));
        second_rest += hn::GetLane(hn::SumOfLanes(d, b));
      }
    });
    total.first += static_cast<double>(hn::GetLane(hn::SumOfLanes(wide, first)) + first_rest);
    total.second += static_cast<double>(hn::GetLane(hn::SumOfLanes(wide, second)) + second_rest);
  }
  return total;
}

template <class D>
HWY_INLINE hn::VFromD<D> normalised(D d, const Real* x, const kernels::RowStatistics& row) {
  const auto centred = hn::Sub(hn::Sub(hn::LoadU(d, x), hn::Set(d, row.mean)), hn::Set(d, row.rest));
  return hn::Mul(centred, hn::Set(d, row.inverse));
}

/// Two passes: the mean, then its rounding error and the variance. share = 1 / n.
HWY_INLINE kernels::RowStatistics statistics(const Real* x, std::size_t n, double share, double eps) {
  const auto mean = static_cast<Real>(row_sum(x, n) * share);
  const TwoSums sums = two_sums(n, [=](auto d, std::size_t j, auto& a, auto& b) HWY_ATTR {
    a = hn::Sub(hn::LoadU(d, x + j), hn::Set(d, mean));
    b = hn::Mul(a, a);
  });
  const double rest = sums.first * share;
  const double variance = std::max(sums.second * share - rest * rest, 0.0);  // a NaN is kept, as the first argument
  return {mean, static_cast<Real>(rest), static_cast<Real>(inverse_deviation(variance, eps))};
}

void layer_norm(const kernels::NormRows& in, double eps, Real* y) {
  const Real* x = in.x;
  const double share = 1 / static_cast<double>(in.cols);
  for (std::size_t i = 0; i < in.rows; ++i, x += in.cols, y += in.cols) {
    const kernels::RowStatistics row = in.statistics[i] = statistics(x, in.cols, share, eps);
    for_each_vector<Real>(in.cols, [=, weight = in.weight, bias = in.bias](auto d, std::size_t j) HWY_ATTR {
      auto v = normalised(d, x + j, row);
      if (weight != nullptr) v = hn::Mul(v, hn::LoadU(d, weight + j));
      if (bias != nullptr) v = hn::Add(v, hn::LoadU(d, bias + j));
      hn::StoreU(v, d, y + j);
    });
  }
}

/// dy weight
template <class D>
HWY_INLINE hn::VFromD<D> weighted(D d, const Real* dy, const Real* weight, std::size_t j) {
  const auto g = hn::LoadU(d, dy + j);
  return weight != nullptr ? hn::Mul(g, hn::LoadU(d, weight + j)) : g;
}

void layer_norm_backward(const kernels::NormRows& in, const Real* dy, Real* dx) {
  const Real *x = in.x, *weight = in.weight;
  const double share = 1 / static_cast<double>(in.cols);
  for (std::size_t i = 0; i < in.rows; ++i, x += in.cols, dy += in.cols, dx += in.cols) {
    const kernels::RowStatistics row = in.statistics[i];
    const TwoSums sums = two_sums(in.cols, [=](auto d, std::size_t j, auto& a, auto& b) HWY_ATTR {
      a = weighted(d, dy, weight, j);
      b = hn::Mul(a, normalised(d, x + j, row));
    });
    const auto mean = static_cast<Real>(sums.first * share), slope = static_cast<Real>(sums.second * share);
    for_each_vector<Real>(in.cols, [=](auto d, std::size_t j) HWY_ATTR {
      const auto centred = hn::Sub(weighted(d, dy, weight, j), hn::Set(d, mean));
      const auto v = hn::NegMulAdd(normalised(d, x + j, row), hn::Set(d, slope), centred);
      hn::StoreU(hn::Mul(v, hn::Set(d, row.inverse)), d, dx + j);
    });
  }
}

/// Computes grad = beta grad + sum; a beta of 0 overwrites grad.
HWY_INLINE void add_to(Real* grad, Real beta, const double* sums, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j)
    grad[j] = static_cast<Real>(beta != 0 ? static_cast<double>(beta * grad[j]) + sums[j] : sums[j]);
}

constexpr std::size_t slab = 512;      // columns that are summed together, so that the sums stay in the cache
constexpr std::size_t row_block = 64;  // rows that are summed in Real before they are added to the total
constexpr std::size_t unrolled = 4;    // rows that are added at a time

/// Writes the sums over the rows of dy xhat and of dy for columns [begin, begin + n).
HWY_INLINE void sum_gradients(const kernels::NormRows& in, const Real* dy, std::size_t begin, std::size_t n,
                              double* weight_sums, double* bias_sums) {
  Real weight_parts[slab], bias_parts[slab];
  const std::size_t ahead = std::max<std::size_t>(unrolled * in.cols, 1024);
  std::fill_n(weight_sums, n, 0.0);
  std::fill_n(bias_sums, n, 0.0);
  for (std::size_t first = 0; first < in.rows; first += row_block) {
    const std::size_t block_end = std::min(in.rows, first + row_block);
    std::fill_n(weight_parts, n, Real{0});
    std::fill_n(bias_parts, n, Real{0});
    for (std::size_t row = first; row < block_end; row += unrolled) {
      const std::size_t end = std::min(row + unrolled, block_end);
      for_each_vector<Real>(n, [&](auto d, std::size_t j) HWY_ATTR {
        auto weight = hn::LoadU(d, weight_parts + j), bias = hn::LoadU(d, bias_parts + j);
        for (std::size_t i = row; i < end; ++i) {
          const std::size_t at = i * in.cols + begin + j;
          hwy::Prefetch(in.x + at + ahead);
          hwy::Prefetch(dy + at + ahead);
          const auto g = hn::LoadU(d, dy + at);
          bias = hn::Add(bias, g);
          weight = hn::MulAdd(g, normalised(d, in.x + at, in.statistics[i]), weight);
        }
        hn::StoreU(weight, d, weight_parts + j);
        hn::StoreU(bias, d, bias_parts + j);
      });
    }
    for (std::size_t j = 0; j < n; ++j) {
      weight_sums[j] += static_cast<double>(weight_parts[j]);
      bias_sums[j] += static_cast<double>(bias_parts[j]);
    }
  }
}

void layer_norm_gradients(const kernels::NormRows& in, const Real* dy, std::size_t begin, std::size_t end,
                          Real* weight_grad, Real weight_beta, Real* bias_grad, Real bias_beta) {
  double weight_sums[slab], bias_sums[slab];
  for (std::size_t j = begin; j < end; j += slab) {
    const std::size_t n = std::min(slab, end - j);
    sum_gradients(in, dy, j, n, weight_sums, bias_sums);
    if (weight_grad != nullptr) add_to(weight_grad + j, weight_beta, weight_sums, n);
    if (bias_grad != nullptr) add_to(bias_grad + j, bias_beta, bias_sums, n);
  }
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(layer_norm);
HWY_EXPORT(layer_norm_backward);
HWY_EXPORT(layer_norm_gradients);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void layer_norm(const NormRows& in, double eps, Real* y) { HWY_DYNAMIC_DISPATCH(layer_norm)(in, eps, y); }
void layer_norm_backward(const NormRows& in, const Real* dy, Real* dx) {
  HWY_DYNAMIC_DISPATCH(layer_norm_backward)(in, dy, dx);
}
void layer_norm_gradients(const NormRows& in, const Real* dy, std::size_t begin, std::size_t end, Real* weight_grad,
                          Real weight_beta, Real* bias_grad, Real bias_beta) {
  HWY_DYNAMIC_DISPATCH(layer_norm_gradients)
  (in, dy, begin, end, weight_grad, weight_beta, bias_grad, bias_beta);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
