// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/core/math/detail/dense_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/activations-inl.hpp>
#include <minnow/core/math/detail/dense_kernels.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

template <Activation activation, class D, class V>
HWY_INLINE V activate(D d, V v) {
  if constexpr (activation == Activation::relu) return relu(d, v);
  if constexpr (activation == Activation::sigmoid) return sigmoid(d, v);
  if constexpr (activation == Activation::tanh) return tanh(d, v);
  return v;
}

/// Returns dy times the derivative of the activation whose output is y.
template <Activation activation, class D>
HWY_INLINE hn::VFromD<D> times_derivative(D d, const Real* y, const Real* dy) {
  const auto g = hn::LoadU(d, dy);
  if constexpr (activation == Activation::none) return g;
  const auto v = hn::LoadU(d, y);
  if constexpr (activation == Activation::relu) return relu_backward(d, v, g);
  if constexpr (activation == Activation::sigmoid) return sigmoid_backward(d, v, g);
  if constexpr (activation == Activation::tanh) return tanh_backward(d, v, g);
}

/// Processes one vector of columns in all rows.
template <Activation activation, class D>
HWY_INLINE void forward_column(D d, const Real* bias, Real* y, std::size_t rows, std::size_t stride) {
  const auto b = bias != nullptr ? hn::LoadU(d, bias) : hn::Zero(d);
  for (std::size_t i = 0; i < rows; ++i, y += stride)
    hn::StoreU(activate<activation>(d, hn::Add(hn::LoadU(d, y), b)), d, y);
}

/// Processes wide matrices row by row, in the order of memory. Narrow matrices are processed by vectors of columns,
/// which costs less per row.
template <Activation activation>
void forward(const Real* bias, Real* y, std::size_t rows, std::size_t cols, std::size_t stride) {
  if (bias == nullptr && activation == Activation::none) return;
  constexpr std::size_t wide = 64;
  if (cols < wide)
    return for_each_vector<Real>(cols, [=](auto d, std::size_t j) HWY_ATTR {
      forward_column<activation>(d, bias != nullptr ? bias + j : nullptr, y + j, rows, stride);
    });
  for (std::size_t i = 0; i < rows; ++i, y += stride)
    for_each_vector<Real>(cols, [=](auto d, std::size_t j) HWY_ATTR {
      forward_column<activation>(d, bias != nullptr ? bias + j : nullptr, y + j, 1, stride);
    });
}

struct Gradient {
  const Real* y;
  const Real* dy;
  Real* dz;
  Real* sums;
  Real beta;
  std::size_t rows, stride;
};

constexpr std::size_t block =
    128;  // sums of block sums: the rounding error grows with rows / block + block, not with rows

/// Writes one vector of dz and returns sum + dz.
template <Activation activation, class D>
HWY_INLINE hn::VFromD<D> backward_step(D d, const Gradient& g, std::size_t at, hn::VFromD<D> sum) {
  const auto v = times_derivative<activation>(d, g.y + at, g.dy + at);
  if constexpr (activation != Activation::none) hn::StoreU(v, d, g.dz + at);
  return hn::Add(sum, v);
}

template <class D>
HWY_INLINE void store_sum(D d, const Gradient& g, std::size_t j, hn::VFromD<D> total) {
  if (g.sums == nullptr) return;
  hn::StoreU(g.beta == 0 ? total : hn::MulAdd(hn::Set(d, g.beta), hn::LoadU(d, g.sums + j), total), d, g.sums + j);
}

template <Activation activation, class D>
HWY_INLINE void backward_column(D d, const Gradient& g, std::size_t j) {
  auto total = hn::Zero(d);
  for (std::size_t top = 0; top < g.rows; top += block) {
    auto sum = hn::Zero(d);
    for (std::size_t i = top; i < std::min(g.rows, top + block); ++i)
      sum = backward_step<activation>(d, g, i * g.stride + j, sum);
    total = hn::Add(total, sum);
  }
  store_sum(d, g, j, total);
}

/// Processes four vectors of columns at a time: longer contiguous accesses, and four independent sums.
template <Activation activation>
void backward(const Gradient& g, std::size_t cols) {
  const hn::ScalableTag<Real> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t j = 0;
  for (; j + 4 * lanes <= cols; j += 4 * lanes) {
    auto total0 = hn::Zero(d), total1 = hn::Zero(d), total2 = hn::Zero(d), total3 = hn::Zero(d);
    for (std::size_t top = 0; top < g.rows; top += block) {
      auto sum0 = hn::Zero(d), sum1 = hn::Zero(d), sum2 = hn::Zero(d), sum3 = hn::Zero(d);
      for (std::size_t i = top; i < std::min(g.rows, top + block); ++i) {
        const std::size_t at = i * g.stride + j;
        sum0 = backward_step<activation>(d, g, at, sum0);
        sum1 = backward_step<activation>(d, g, at + lanes, sum1);
        sum2 = backward_step<activation>(d, g, at + 2 * lanes, sum2);
        sum3 = backward_step<activation>(d, g, at + 3 * lanes, sum3);
      }
      total0 = hn::Add(total0, sum0);
      total1 = hn::Add(total1, sum1);
      total2 = hn::Add(total2, sum2);
      total3 = hn::Add(total3, sum3);
    }
    store_sum(d, g, j, total0);
    store_sum(d, g, j + lanes, total1);
    store_sum(d, g, j + 2 * lanes, total2);
    store_sum(d, g, j + 3 * lanes, total3);
  }
  for_each_vector<Real>(cols - j,
                        [&](auto tag, std::size_t k) HWY_ATTR { backward_column<activation>(tag, g, j + k); });
}

void bias_activation(Activation activation, const Real* bias, Real* y, std::size_t rows, std::size_t cols,
                     std::size_t stride) {
  switch (activation) {
    case Activation::none:
      return forward<Activation::none>(bias, y, rows, cols, stride);
    case Activation::relu:
      return forward<Activation::relu>(bias, y, rows, cols, stride);
    case Activation::sigmoid:
      return forward<Activation::sigmoid>(bias, y, rows, cols, stride);
    case Activation::tanh:
      return forward<Activation::tanh>(bias, y, rows, cols, stride);
  }
}

void activation_backward(Activation activation, const Real* y, const Real* dy, Real* dz, Real* sums, Real beta,
                         std::size_t rows, std::size_t cols, std::size_t stride) {
  const Gradient gradient{y, dy, dz, sums, beta, rows, stride};
  switch (activation) {
    case Activation::none:
      return backward<Activation::none>(gradient, cols);
    case Activation::relu:
      return backward<Activation::relu>(gradient, cols);
    case Activation::sigmoid:
      return backward<Activation::sigmoid>(gradient, cols);
    case Activation::tanh:
      return backward<Activation::tanh>(gradient, cols);
  }
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(bias_activation);
HWY_EXPORT(activation_backward);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void bias_activation(Activation activation, const Real* bias, Real* y, std::size_t rows, std::size_t cols,
                     std::size_t stride) {
  HWY_DYNAMIC_DISPATCH(bias_activation)(activation, bias, y, rows, cols, stride);
}

void activation_backward(Activation activation, const Real* y, const Real* dy, Real* dz, Real* sums, Real beta,
                         std::size_t rows, std::size_t cols, std::size_t stride) {
  HWY_DYNAMIC_DISPATCH(activation_backward)(activation, y, dy, dz, sums, beta, rows, cols, stride);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
