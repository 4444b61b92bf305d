#include <minnow/core/math/detail/dense_kernels.hpp>
#include <minnow/core/math/kernels.hpp>
#include <minnow/core/rng.hpp>

#include <tests/support/compare.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

using Values = std::vector<Real>;

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real inf = std::numeric_limits<Real>::infinity();
constexpr Real canary = 12345;
constexpr Activation activations[] = {Activation::none, Activation::relu, Activation::sigmoid, Activation::tanh};

Values random(std::size_t n, std::uint64_t seed) {
  Rng rng{seed};
  Values values(n);
  for (Real& value : values) value = static_cast<Real>(2 * rng.normal());
  return values;
}

double activate(Activation activation, double v) {
  if (activation == Activation::relu) return v <= 0 ? 0 : v;
  if (activation == Activation::sigmoid) return 1 / (1 + std::exp(-v));
  return activation == Activation::tanh ? std::tanh(v) : v;
}

/// dy activation'(y), and the magnitude of the terms that are rounded.
struct Slope {
  double value, size;
};
Slope slope_times(Activation activation, double y, double dy) {
  double value = dy;
  if (activation == Activation::relu) value = y <= 0 ? 0 : dy;
  if (activation == Activation::sigmoid) value = dy * (y * (1 - y));
  if (activation == Activation::tanh) value = dy * (1 - y * y);
  return {value, activation == Activation::relu ? std::abs(value) : std::abs(dy) * (1 + y * y)};
}

void expect_close(Real value, double reference, double size) {
  if (!std::isfinite(reference))
    ASSERT_TRUE(std::isnan(reference) ? std::isnan(value) : static_cast<double>(value) == reference) << reference;
  else
    ASSERT_NEAR(static_cast<double>(value), reference, tolerance * size + 1e-30);
}

/// Expects equality up to rounding; NaN and infinity must match.
void expect_equal(Real a, Real b) { expect_close(a, static_cast<double>(b), std::abs(static_cast<double>(b))); }

using Check = std::function<void(Activation activation, std::size_t rows, std::size_t cols, std::size_t stride)>;

/// Calls `check` for every width. Tall matrices, with more than one block of sums, use selected widths only.
void for_each_size(const Check& check) {
  for (const Activation activation : activations)
    for (const std::size_t rows : {0u, 1u, 3u, 127u, 128u, 129u, 300u})
      for (std::size_t cols = 1; cols <= 70; ++cols) {
        const std::size_t phase = cols % 16;
        if (rows > 3 && phase != 0 && phase != 1 && phase != 7 && cols != 70) continue;
        for (const std::size_t stride : {cols, cols + 3}) {
          SCOPED_TRACE(::testing::Message() << "activation " << static_cast<int>(activation) << ", " << rows << " x "
                                            << cols << ", stride " << stride);
          check(activation, rows, cols, stride);
          if (::testing::Test::HasFatalFailure()) return;
        }
      }
}

/// Fails if an element between or after the rows changed.
void expect_untouched_outside(const Values& got, const Values& before, std::size_t rows, std::size_t cols,
                              std::size_t stride) {
  for (std::size_t at = 0; at < got.size(); ++at) {
    const bool inside = at / stride < rows && at % stride < cols;
    ASSERT_TRUE(inside || got[at] == before[at]) << "written outside, at " << at;
  }
}

TEST(DenseKernels, BiasAndActivation) {
  for_each_size([](Activation activation, std::size_t rows, std::size_t cols, std::size_t stride) {
    const Values before = random(rows * stride + 2, cols), bias = random(cols, rows + 1);
    for (const bool with_bias : {false, true}) {
      Values y = before;
      kernels::bias_activation(activation, with_bias ? bias.data() : nullptr, y.data(), rows, cols, stride);
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < cols; ++j) {
          const Real sum = before[i * stride + j] + (with_bias ? bias[j] : Real{0});
          const double reference = activate(activation, static_cast<double>(sum));
          expect_close(y[i * stride + j], reference, std::abs(reference));
        }
      expect_untouched_outside(y, before, rows, cols, stride);
    }
  });
}

TEST(DenseKernels, GradientThroughTheActivation) {
  for_each_size([](Activation activation, std::size_t rows, std::size_t cols, std::size_t stride) {
    const Values y = random(rows * stride, cols), dy = random(rows * stride, rows + 1), old = random(cols, 7);
    const Values untouched(rows * stride + 2, canary);
    for (const Real beta : {Real{0}, Real{1}}) {
      Values dz = untouched, sums = beta == 0 ? Values(cols, nan) : old;
      sums.push_back(canary);
      kernels::activation_backward(activation, y.data(), dy.data(), dz.data(), sums.data(), beta, rows, cols, stride);
      for (std::size_t j = 0; j < cols; ++j) {
        double sum = beta == 0 ? 0 : static_cast<double>(old[j]), size = std::abs(sum);
        for (std::size_t i = 0; i < rows; ++i) {
          const std::size_t at = i * stride + j;
          const Slope slope = slope_times(activation, static_cast<double>(y[at]), static_cast<double>(dy[at]));
          if (activation != Activation::none) expect_close(dz[at], slope.value, slope.size);
          sum += slope.value, size += slope.size;
        }
        expect_close(sums[j], sum, size);
      }
      EXPECT_EQ(sums.back(), canary);
      EXPECT_TRUE(activation != Activation::none || dz == untouched);
      expect_untouched_outside(dz, untouched, rows, cols, stride);
      Values alone = untouched;
      kernels::activation_backward(activation, y.data(), dy.data(), alone.data(), nullptr, beta, rows, cols, stride);
      EXPECT_EQ(alone, dz) << "without sums";
    }
  });
}

TEST(DenseKernels, WithoutAnActivationYAndDzMayBeNull) {
  const Values dy = random(5 * 37, 1);
  Values sums(37), expected(37);
  kernels::activation_backward(Activation::none, nullptr, dy.data(), nullptr, sums.data(), 0, 5, 37, 37);
  for (std::size_t i = 0; i < dy.size(); ++i) expected[i % 37] += dy[i];  // in the kernel's order
  EXPECT_EQ(sums, expected);
}

/// Computes the same with the separate kernels of the activation layers.
void separate_forward(Activation activation, const Values& x, Values& y) {
  y = x;
  if (activation == Activation::relu) kernels::relu(x.data(), y.data(), x.size());
  if (activation == Activation::sigmoid) kernels::sigmoid(x.data(), y.data(), x.size());
  if (activation == Activation::tanh) kernels::tanh(x.data(), y.data(), x.size());
}
void separate_backward(Activation activation, const Values& y, const Values& dy, Values& dx) {
  dx = dy;
  if (activation == Activation::relu) kernels::relu_backward(y.data(), dy.data(), dx.data(), y.size());
  if (activation == Activation::sigmoid) kernels::sigmoid_backward(y.data(), dy.data(), dx.data(), y.size());
  if (activation == Activation::tanh) kernels::tanh_backward(y.data(), dy.data(), dx.data(), y.size());
}

TEST(DenseKernels, SpecialValuesMatchTheSeparateLayers) {
  constexpr std::size_t rows = 2;
  for (const Activation activation : activations)
    for (const std::size_t cols : {1u, 5u, 16u, 37u, 70u})
      for (const Real special : {nan, inf, -inf, Real{0}, -Real{0}, Real{1}, Real{1000}, Real{-1000}})
        for (std::size_t at = 0; at < rows * cols; ++at) {
          Values x = random(rows * cols, at), y, fused = x, dz(x.size()), dx;
          x[at] = fused[at] = special;
          separate_forward(activation, x, y);
          kernels::bias_activation(activation, nullptr, fused.data(), rows, cols, cols);
          for (std::size_t i = 0; i < y.size(); ++i) expect_equal(fused[i], y[i]);

          for (const bool in_y : {false, true}) {  // or in dy
            Values out = y, dy = random(x.size(), at + 1), sums(cols);
            (in_y ? out : dy)[at] = special;
            separate_backward(activation, out, dy, dx);
            kernels::activation_backward(activation, out.data(), dy.data(), dz.data(), sums.data(), 0, rows, cols,
                                         cols);
            for (std::size_t i = 0; i < dx.size() && activation != Activation::none; ++i) expect_equal(dz[i], dx[i]);
            for (std::size_t j = 0; j < cols; ++j) expect_equal(sums[j], Real{0} + dx[j] + dx[cols + j]);
          }
          if (HasFatalFailure()) return;
        }
}

TEST(DenseKernels, SpecialValuesInTheBias) {
  for (const Activation activation : activations)
    for (const std::size_t cols : {1u, 5u, 37u, 70u})
      for (const Real special : {nan, inf, -inf})
        for (std::size_t at = 0; at < cols; ++at) {
          Values bias = random(cols, 1), x(2 * cols, Real{0.5}), y, sum(2 * cols);
          bias[at] = special;
          for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = x[i] + bias[i % cols];
          separate_forward(activation, sum, y);
          kernels::bias_activation(activation, bias.data(), x.data(), 2, cols, cols);
          for (std::size_t i = 0; i < y.size(); ++i) expect_equal(x[i], y[i]);
          if (HasFatalFailure()) return;
        }
}

}  // namespace
}  // namespace minnow
