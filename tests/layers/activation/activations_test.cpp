// LeakyReLU, GELU, SiLU and LogSoftmax beyond the grid: tails, extreme values, gradients and memory use.

#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/activation/gelu.hpp>
#include <minnow/layers/activation/hardsigmoid.hpp>
#include <minnow/layers/activation/hardswish.hpp>
#include <minnow/layers/activation/leaky_relu.hpp>
#include <minnow/layers/activation/log_softmax.hpp>
#include <minnow/layers/activation/relu6.hpp>
#include <minnow/layers/activation/silu.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/threads_for_test.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <tuple>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using minnow::testing::ThreadsForTest;
using Limits = std::numeric_limits<Real>;

constexpr Real nan = Limits::quiet_NaN(), inf = Limits::infinity();
constexpr double two_pi = 6.283185307179586477;

Tensor forward(Layer& layer, const Tensor& x) {
  Context context;
  Tensor y = zeros(layer.output_shape(x.shape()));
  layer.forward(x, y, context);
  return y;
}

/// Returns dx for dy = 1.
Tensor slope(Layer& layer, const Tensor& x) {
  Context context;
  Tensor y = zeros(layer.output_shape(x.shape())), dy = y, dx = zeros(x.shape());
  dy.fill(1);
  layer.forward(x, y, context);
  layer.backward(x, y, dy, &dx, context);
  return dx;
}

Tensor points(double low, double high, std::size_t n) {
  Tensor x = zeros({1, n});
  for (std::size_t i = 0; i < n; ++i)
    x.data()[i] = static_cast<Real>(low + (high - low) * static_cast<double>(i) / static_cast<double>(n - 1));
  return x;
}

struct Function {
  const char* name;
  std::function<long double(long double)> value, slope;
};

/// Expects the error of each element to be at most relative |exact| + near_zero. In the grid, errors are relative to
/// the largest element of a tensor.
void expect_close(Layer& layer, const Function& exact, const Tensor& x, double relative, double near_zero) {
  const Tensor y = forward(layer, x), dx = slope(layer, x);
  for (const auto& [ours, theirs, what] :
       {std::tuple{&y, &exact.value, "value"}, std::tuple{&dx, &exact.slope, "slope"}}) {
    double worst = 0;
    Real worst_at = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto reference = static_cast<double>((*theirs)(static_cast<long double>(x.data()[i])));
      const double error = std::abs(static_cast<double>(ours->data()[i]) - reference);
      const double share = error / (relative * std::abs(reference) + near_zero);
      if (share > worst) worst = share, worst_at = x.data()[i];
    }
    EXPECT_LE(worst, 1) << exact.name << what << " at " << worst_at;
  }
}

long double cdf(long double x) { return std::erfc(-x / std::sqrt(2.0L)) / 2; }
long double bell(long double x) { return std::exp(-x * x / 2) / std::sqrt(static_cast<long double>(two_pi)); }
long double logistic(long double x) { return 1 / (1 + std::exp(-x)); }

const Function gelu{"GELU, ", [](long double x) { return x * cdf(x); },
                    [](long double x) { return cdf(x) + x * bell(x); }};
const Function gelu_tanh{
    "GELU with tanh, ",
    [](long double x) {
      return x * logistic(2 * std::sqrt(4 / static_cast<long double>(two_pi)) * (x + 0.044715L * x * x * x));
    },
    [](long double x) {
      const long double k = 2 * std::sqrt(4 / static_cast<long double>(two_pi));
      const long double s = logistic(k * (x + 0.044715L * x * x * x));
      return s + x * s * (1 - s) * k * (1 + 3 * 0.044715L * x * x);
    }};
const Function silu{"SiLU, ", [](long double x) { return x * logistic(x); },
                    [](long double x) { return logistic(x) + x * logistic(x) * (1 - logistic(x)); }};

// A sigmoid's tail is right to its own digits, but for an error of x's last digit, which grows with x; erf's in
// absolute terms. Where the slope is 0, near -1, its terms cancel.
TEST(SmoothActivations, AreAsAccurateAsTheirFunctions) {
  constexpr double epsilon = static_cast<double>(Limits::epsilon());
  GELU exact;
  GELU approximate({.approximate = Approximate::tanh});
  SiLU swish;
  expect_close(exact, gelu, points(-10, 10, 4001), 4 * epsilon, (sizeof(Real) == 4 ? 0.6 : 1.5) * epsilon);
  expect_close(approximate, gelu_tanh, points(-6, 6, 4001), 30 * epsilon, epsilon / 2);
  expect_close(swish, silu, points(-20, 20, 4001), 4 * epsilon, epsilon / 4);
}

TEST(SmoothActivations, AreZeroOrXForLargeX) {
  GELU exact;
  GELU approximate({.approximate = Approximate::tanh});
  SiLU swish;
  const Real large = Limits::max() / 4;
  for (Layer* layer : {static_cast<Layer*>(&exact), static_cast<Layer*>(&approximate), static_cast<Layer*>(&swish)}) {
    SCOPED_TRACE(layer->name());
    const Tensor x{{1000, -1000, large, -large, 0, nan, Real(1e4), Real(-1e4)}};
    const Tensor y = forward(*layer, x), dx = slope(*layer, x);
    for (const std::size_t i : {0u, 2u, 6u}) EXPECT_TRUE(y(0, i) == x(0, i) && dx(0, i) == 1) << x(0, i) << y(0, i);
    for (const std::size_t i : {1u, 3u, 7u}) EXPECT_TRUE(y(0, i) == 0 && dx(0, i) == 0) << x(0, i);
    EXPECT_TRUE(y(0, 4) == 0 && dx(0, 4) == Real{0.5});
    EXPECT_TRUE(std::isnan(y(0, 5)) && std::isnan(dx(0, 5)));
    EXPECT_EQ(forward(*layer, Tensor{{inf, 1}})(0, 0), inf);
  }
}

// The points are 0.05 away from the kinks at 0, 6 and -3, 3.
TEST(PiecewiseActivations, GradientsMatchFiniteDifferences) {
  ReLU6 relu6;
  Hardsigmoid sigmoid;
  Hardswish swish;
  const Tensor x{{-9, -4, Real(-3.05), Real(-2.95), -2, -1, Real(-0.05)},
                 {Real(0.05), 1, 2, Real(2.95), Real(3.05), Real(5.9), 9}};
  for (Layer* layer : {static_cast<Layer*>(&relu6), static_cast<Layer*>(&sigmoid), static_cast<Layer*>(&swish)}) {
    const GradientReport report = check_gradients(*layer, x.shape(), {.input = x});
    EXPECT_TRUE(report) << report.failure;
  }
}

TEST(LeakyReLU, PropagatesNaNAndInfinityForAnySlope) {
  LeakyReLU leaky, flat(0), rising(-2);
  const Tensor x{{nan, inf, -inf, 0, -3, 3}};
  const Tensor y = forward(leaky, x), dx = slope(leaky, x);
  EXPECT_TRUE(std::isnan(y(0, 0)) && y(0, 1) == inf && y(0, 2) == -inf && y(0, 3) == 0);
  EXPECT_EQ(y(0, 4), -3 * Real(0.01));
  EXPECT_TRUE(dx(0, 1) == 1 && dx(0, 2) == Real(0.01) && dx(0, 3) == Real(0.01) && dx(0, 5) == 1);
  EXPECT_EQ(forward(flat, x)(0, 4), 0);
  EXPECT_EQ(forward(rising, x)(0, 4), 6);
  EXPECT_EQ(slope(rising, x)(0, 4), -2);
  EXPECT_TRUE(leaky.memory_use().in_place && !flat.memory_use().in_place && !rising.memory_use().in_place);
  EXPECT_EQ(leaky.name(), "LeakyReLU(0.01)");
}

TEST(LeakyReLU, RefusesANonFiniteSlope) {
  EXPECT_EQ(message<ValueError>([] { LeakyReLU layer(std::nan("")); }), "LeakyReLU(nan): expected a finite slope.");
  EXPECT_THROW(LeakyReLU{std::numeric_limits<double>::infinity()}, ValueError);
}

TEST(LogSoftmax, IsAccurateForAProbabilityCloseToOne) {
  LogSoftmax layer;
  const Tensor y = forward(layer, Tensor{{0, -25, -26}, {7, 7, -30}, {5, 5, 5}});
  const double others = std::exp(-25.) + std::exp(-26.);
  EXPECT_NEAR(static_cast<double>(y(0, 0)) / -std::log1p(others), 1, 4 * static_cast<double>(Limits::epsilon()));
  EXPECT_NEAR(static_cast<double>(y(1, 0)), -std::log(2.), 1e-6);
  EXPECT_NEAR(static_cast<double>(y(2, 1)), -std::log(3.), 1e-6);
}

TEST(LogSoftmax, PropagatesNaNAndInfinityWithinARow) {
  LogSoftmax layer;
  const Tensor y = forward(layer, Tensor{{0, nan, 1}, {inf, 0, 1}, {-inf, 0, 0}, {-inf, -inf, -inf}});
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_TRUE(std::isnan(y(0, j)) && std::isnan(y(1, j)) && std::isnan(y(3, j))) << j;
    if (j > 0) {
      EXPECT_NEAR(static_cast<double>(y(2, j)), -std::log(2.), 1e-6);
    }
  }
  EXPECT_EQ(y(2, 0), -inf);
}

TEST(LogSoftmax, RefusesAnInputWithoutClasses) {
  EXPECT_EQ(message<ShapeError>([] { LogSoftmax().output_shape({4}); }),
            "LogSoftmax: expected input (N, ..., C), got (4).");
}

template <class Check>
void with_each_activation(const Check& check) {
  LeakyReLU leaky, flat(0), falling(-0.5), steep(1.5);
  GELU exact;
  GELU approximate({.approximate = Approximate::tanh});
  SiLU swish;
  LogSoftmax logarithms;
  for (Layer* layer :
       std::initializer_list<Layer*>{&leaky, &flat, &falling, &steep, &exact, &approximate, &swish, &logarithms}) {
    SCOPED_TRACE(layer->name());
    check(*layer);
  }
}

TEST(NewActivations, GradientsMatchFiniteDifferences) {
  with_each_activation([](Layer& layer) {
    for (const Shape& shape : {Shape{4, 7}, Shape{3, 33}, Shape{2, 1}}) {
      const GradientReport report = check_gradients(layer, shape);
      EXPECT_TRUE(report) << report.failure;
    }
  });
}

TEST(NewActivations, AcceptAnEmptyBatch) {
  with_each_activation([](Layer& layer) {
    EXPECT_EQ(forward(layer, zeros({0, 3})).shape(), (Shape{0, 3}));
    EXPECT_EQ(slope(layer, zeros({0, 3})).shape(), (Shape{0, 3}));
  });
}

TEST(NewActivations, GiveTheSameBitsForAnyNumberOfThreads) {
  const Tensor x = random({700, 300}, 1);
  with_each_activation([&](Layer& layer) {
    Tensor y[2], dx[2];
    for (const int threads : {1, 3}) {
      ThreadsForTest held(threads);
      y[threads / 2] = forward(layer, x);
      dx[threads / 2] = slope(layer, x);
    }
    EXPECT_TRUE(y[0] == y[1] && dx[0] == dx[1]);
  });
}

}  // namespace
}  // namespace minnow
