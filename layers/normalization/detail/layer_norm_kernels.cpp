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

/// Two passes: the mean, then its rounding error and the variance.
kernels::RowStatistics statistics(const Real* x, std::size_t n, double eps) {
  const auto count = static_cast<double>(n);
  const auto mean = static_cast<Real>(row_sum(x, n) / count);
  const TwoSums sums = two_sums(n, [=](auto d, std::size_t j, auto& a, auto& b) HWY_ATTR {
    a = hn::Sub(hn::LoadU(d, x + j), hn::Set(d, mean));
    b = hn::Mul(a, a);
  });
  const double rest = sums.first / count;
  const double variance = std::max(sums.second / count - rest * rest, 0.0);  // a NaN is kept, as the first argument
  return {mean, static_cast<Real>(rest), static_cast<Real>(inverse_deviation(variance, eps))};
}

void layer_norm(const kernels::NormRows& in, double eps, Real* y) {
  const Real* x = in.x;
  for (std::size_t i = 0; i < in.rows; ++i, x += in.cols, y += in.cols) {
    const kernels::RowStatistics row = in.statistics[i] = statistics(x, in.cols, eps);
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
  const auto count = static_cast<double>(in.cols);
  for (std::size_t i = 0; i < in.rows; ++i, x += in.cols, dy += in.cols, dx += in.cols) {
    const kernels::RowStatistics row = in.statistics[i];
    const TwoSums sums = two_sums(in.cols, [=](auto d, std::size_t j, auto& a, auto& b) HWY_ATTR {
      a = weighted(d, dy, weight, j);
      b = hn::Mul(a, normalised(d, x + j, row));
    });
    const auto mean = static_cast<Real>(sums.first / count), slope = static_cast<Real>(sums.second / count);
    for_each_vector<Real>(in.cols, [=](auto d, std::size_t j) HWY_ATTR {
      const auto centred = hn::Sub(weighted(d, dy, weight, j), hn::Set(d, mean));
      const auto v = hn::NegMulAdd(normalised(d, x + j, row), hn::Set(d, slope), centred);
      hn::StoreU(hn::Mul(v, hn::Set(d, row.inverse)), d, dx + j);
    });
  }
}

/// Computes grad = beta grad + sum; a beta of 0 overwrites grad.
template <class D>
HWY_INLINE void add_to(D d, Real* grad, Real beta, hn::VFromD<D> sum) {
  if (beta != 0) sum = hn::MulAdd(hn::Set(d, beta), hn::LoadU(d, grad), sum);
  hn::StoreU(sum, d, grad);
}

constexpr std::size_t row_block = 64;  // rows that are summed in Real before they are added to the total

void layer_norm_gradients(const kernels::NormRows& in, const Real* dy, std::size_t begin, std::size_t end,
                          Real* weight_grad, Real weight_beta, Real* bias_grad, Real bias_beta) {
  for_each_vector<Real>(end - begin, [=, &in](auto d, std::size_t k) HWY_ATTR {
    const std::size_t j = begin + k;
    auto weight_sum = hn::Zero(d), bias_sum = hn::Zero(d);
    for (std::size_t first = 0; first < in.rows; first += row_block) {
      auto weight_part = hn::Zero(d), bias_part = hn::Zero(d);
      for (std::size_t i = first; i < std::min(in.rows, first + row_block); ++i) {
        const auto g = hn::LoadU(d, dy + i * in.cols + j);
        bias_part = hn::Add(bias_part, g);
        weight_part = hn::MulAdd(g, normalised(d, in.x + i * in.cols + j, in.statistics[i]), weight_part);
      }
      weight_sum = hn::Add(weight_sum, weight_part);
      bias_sum = hn::Add(bias_sum, bias_part);
    }
    if (weight_grad != nullptr) add_to(d, weight_grad + j, weight_beta, weight_sum);
    if (bias_grad != nullptr) add_to(d, bias_grad + j, bias_beta, bias_sum);
  });
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
