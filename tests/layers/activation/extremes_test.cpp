// Every activation and its derivative at infinities, zeros, denormals, and the largest and smallest numbers: the
// limits, on every instruction set, in each lane of vectors of every width.
#include <minnow/core/math/detail/dense_kernels.hpp>
#include <minnow/layers/activation/gelu.hpp>
#include <minnow/layers/activation/hardsigmoid.hpp>
#include <minnow/layers/activation/hardswish.hpp>
#include <minnow/layers/activation/leaky_relu.hpp>
#include <minnow/layers/activation/log_softmax.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/relu6.hpp>
#include <minnow/layers/activation/sigmoid.hpp>
#include <minnow/layers/activation/silu.hpp>
#include <minnow/layers/activation/softmax.hpp>
#include <minnow/layers/activation/tanh.hpp>

#include <tests/support/instruction_sets.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using minnow::testing::on_each_instruction_set;

using Limits = std::numeric_limits<Real>;
constexpr Real nan = Limits::quiet_NaN(), inf = Limits::infinity();
constexpr Real largest = Limits::max(), smallest = Limits::min(), denormal = Limits::denorm_min();

Tensor forward(Layer& layer, const Tensor& x) {
  Context context;
  Tensor y = zeros(x.shape());
  layer.forward(x, y, context);
  return y;
}

Tensor backward(Layer& layer, const Tensor& x, const Tensor& dy) {
  Context context;
  Tensor y = zeros(x.shape()), dx = zeros(x.shape());
  layer.forward(x, y, context);
  layer.backward(x, y, dy, &dx, context);
  return dx;
}

/// x, and the limits of y and dy/dx there.
struct Point {
  Real x;
  long double y, slope;
};

/// Accepts rounding of normal numbers. Results below the smallest normal number may be 0.
bool close(Real got, long double expected) {
  if (std::isnan(expected)) return std::isnan(got);
  if (std::isinf(expected)) return static_cast<long double>(got) == expected;
  return std::abs(static_cast<long double>(got) - expected) <=
         8 * static_cast<long double>(Limits::epsilon()) * std::abs(expected) + static_cast<long double>(smallest);
}

/// Expects the limits at each point, at every position of arrays of 1 to 37 elements. The other elements are 1.
void expect_limits(Layer& layer, const std::vector<Point>& points) {
  SCOPED_TRACE(layer.name());
  on_each_instruction_set([&](const std::string&) {
    for (const Point& point : points)
      for (const std::size_t n : {1u, 2u, 4u, 7u, 16u, 37u})
        for (std::size_t at = 0; at < n; ++at) {
          Tensor x = zeros({1, n}), dy = zeros({1, n});
          x.fill(1), dy.fill(1);
          x(0, at) = point.x;
          const Tensor y = forward(layer, x), dx = backward(layer, x, dy);
          ASSERT_TRUE(close(y(0, at), point.y)) << "y(" << point.x << ") = " << y(0, at) << " at " << at << " of " << n;
          ASSERT_TRUE(close(dx(0, at), point.slope))
              << "slope(" << point.x << ") = " << dx(0, at) << " at " << at << " of " << n;
          for (std::size_t i = 0; i < n; ++i)
            ASSERT_TRUE(i == at || (std::isfinite(y(0, i)) && std::isfinite(dx(0, i)))) << i << " beside " << at;
        }
  });
}

/// The points of an activation that is x for x > 0 and `slope` x below.
std::vector<Point> rectifier(long double slope) {
  const auto low = [&](Real x) {
    const auto exact = static_cast<long double>(x);
    return Point{x, slope == 0 ? 0 : slope * exact, slope};
  };
  const auto high = [](Real x) { return Point{x, static_cast<long double>(x), 1}; };
  return {high(inf),     high(largest), high(smallest),  high(smallest / 2), high(denormal),
          low(0),        low(-Real{0}), low(-denormal),  low(-smallest / 2), low(-smallest),
          low(-largest), low(-inf),     high(Real(1e9)), low(Real(-1e9))};
}

/// The points of x s(x), where s rises from 0 to 1 and s(0) = 1/2.
std::vector<Point> gated() {
  std::vector<Point> points;
  for (const Real x : {inf, largest, largest / 2, Real{1e9}, Real{1e4}}) {
    points.push_back({x, static_cast<long double>(x), 1});
    points.push_back({-x, 0, 0});
  }
  for (const Real x : {Real{0}, denormal, smallest / 2, smallest})
    for (const Real sign : {Real{1}, Real{-1}})
      points.push_back({sign * x, static_cast<long double>(sign * x) / 2, 0.5L});
  points.push_back({nan, nan, nan});
  return points;
}

TEST(ActivationExtremes, Rectifiers) {
  ReLU relu;
  LeakyReLU leaky(0.25), flat(0), falling(-2), underflow(1e-320);
  expect_limits(relu, rectifier(0));
  expect_limits(leaky, rectifier(0.25L));
  expect_limits(flat, rectifier(0));
  std::vector<Point> points = rectifier(-2);
  std::erase_if(points, [](const Point& p) { return p.x == -largest; });  // y overflows
  expect_limits(falling, points);
  EXPECT_EQ(forward(falling, Tensor{{-largest, 1}})(0, 0), inf);
  if (sizeof(Real) == 4) expect_limits(underflow, rectifier(0));
  for (Layer* layer : {static_cast<Layer*>(&relu), static_cast<Layer*>(&leaky), static_cast<Layer*>(&flat)})
    for (std::size_t n = 1; n <= 37; ++n) {
      Tensor x = zeros({1, n});
      x(0, n - 1) = nan;
      EXPECT_TRUE(std::isnan(forward(*layer, x)(0, n - 1))) << layer->name() << n;
    }
}

TEST(ActivationExtremes, SiLUAndGELU) {
  SiLU silu;
  GELU exact;
  GELU approximate({.approximate = Approximate::tanh});
  for (Layer* layer : {static_cast<Layer*>(&silu), static_cast<Layer*>(&exact), static_cast<Layer*>(&approximate)})
    expect_limits(*layer, gated());
}

TEST(ActivationExtremes, PiecewiseActivations) {
  ReLU6 relu6;
  Hardsigmoid sigmoid;
  Hardswish swish;
  std::vector<Point> relu6s{{nan, nan, 1}, {5, 5, 1}, {6, 6, 0}, {7, 6, 0}, {0, 0, 0}};
  std::vector<Point> sigmoids{{nan, nan, 0}, {0, 0.5L, 1 / 6.0L}, {3, 1, 0}, {-3, 0, 0}, {-1.5, 0.25L, 1 / 6.0L}};
  std::vector<Point> swishes{{nan, nan, nan}, {0, 0, 0.5L}, {3, 3, 1}, {-3, 0, 0}, {-1.5, -0.375L, 0}};
  for (const Real x : {inf, largest, Real{1e9}, Real{1e4}}) {
    relu6s.insert(relu6s.end(), {{x, 6, 0}, {-x, 0, 0}});
    sigmoids.insert(sigmoids.end(), {{x, 1, 0}, {-x, 0, 0}});
    swishes.insert(swishes.end(), {{x, x, 1}, {-x, 0, 0}});
  }
  expect_limits(relu6, relu6s);
  expect_limits(sigmoid, sigmoids);
  expect_limits(swish, swishes);
  EXPECT_TRUE(relu6.memory_use().in_place && !swish.memory_use().in_place);
}

TEST(ActivationExtremes, SigmoidAndTanh) {
  Sigmoid sigmoid;
  Tanh tanh;
  std::vector<Point> sigmoids{{nan, nan, nan}}, tanhs{{nan, nan, nan}};
  for (const Real sign : {Real{1}, Real{-1}}) {
    for (const Real x : {inf, largest, Real{1e9}}) {
      sigmoids.push_back({sign * x, sign > 0 ? 1.0L : 0.0L, 0});
      tanhs.push_back({sign * x, static_cast<long double>(sign), 0});
    }
    for (const Real x : {Real{0}, denormal, smallest / 2, smallest}) {
      sigmoids.push_back({sign * x, 0.5L, 0.25L});
      tanhs.push_back({sign * x, static_cast<long double>(sign * x), 1});
    }
  }
  expect_limits(sigmoid, sigmoids);
  expect_limits(tanh, tanhs);
}

// An infinite gradient stays infinite where the derivative is not 0, and is NaN (0 times infinity) where it is.
TEST(ActivationExtremes, SmallestGradientsPassThrough) {
  SiLU silu;
  GELU exact;
  GELU approximate({.approximate = Approximate::tanh});
  LeakyReLU leaky(1);
  ReLU relu;
  for (Layer* layer : std::initializer_list<Layer*>{&silu, &exact, &approximate, &leaky, &relu})
    for (const Real g : {denormal, smallest, largest, inf, -inf, -denormal})
      for (const std::size_t n : {1u, 5u, 37u}) {
        Tensor x = zeros({1, n}), dy = zeros({1, n});
        x.fill(inf), dy.fill(g);
        const Tensor dx = backward(*layer, x, dy);
        for (const Real v : dx) EXPECT_EQ(v, g) << layer->name();
      }
}

TEST(ActivationExtremes, SoftmaxOfFiniteAndNegativeInfiniteScores) {
  Softmax softmax;
  LogSoftmax log_softmax;
  on_each_instruction_set([&](const std::string&) {
    for (const std::size_t n : {2u, 5u, 16u, 37u, 300u})
      for (const std::size_t at : {std::size_t{0}, n / 2, n - 1})
        for (const auto& [top, rest] : std::vector<std::pair<Real, Real>>{
                 {0, -inf}, {largest, -largest}, {largest, -inf}, {-largest, -inf}, {denormal - 1000, -inf}}) {
          Tensor x = zeros({1, n}), dy = zeros({1, n});
          x.fill(rest), x(0, at) = top;
          dy(0, at) = 1;
          const Tensor y = forward(softmax, x), logarithms = forward(log_softmax, x);
          const Tensor dx = backward(softmax, x, dy), dx_logarithms = backward(log_softmax, x, dy);
          for (std::size_t j = 0; j < n; ++j) {
            EXPECT_EQ(y(0, j), j == at ? 1 : 0);
            EXPECT_EQ(logarithms(0, j), j == at ? Real{0} : -inf);
            EXPECT_EQ(dx(0, j), 0);
            EXPECT_EQ(dx_logarithms(0, j), 0);
          }
        }
  });
}

TEST(ActivationExtremes, ActivationsFusedIntoDense) {
  struct Case {
    Activation activation;
    Real x, y, slope;
  };
  std::vector<Case> cases;
  for (const Real x : {inf, largest}) {
    cases.push_back({Activation::none, x, x, 1});
    cases.push_back({Activation::none, -x, -x, 1});
    cases.push_back({Activation::relu, x, x, 1});
    cases.push_back({Activation::relu, -x, 0, 0});
    cases.push_back({Activation::sigmoid, x, 1, 0});
    cases.push_back({Activation::sigmoid, -x, 0, 0});
    cases.push_back({Activation::tanh, x, 1, 0});
    cases.push_back({Activation::tanh, -x, -1, 0});
  }
  for (const Real x : {smallest, denormal}) {
    cases.push_back({Activation::relu, x, x, 1});
    cases.push_back({Activation::relu, -x, 0, 0});
    cases.push_back({Activation::sigmoid, x, Real{0.5}, Real{0.25}});
    cases.push_back({Activation::tanh, -x, -x, 1});
  }
  on_each_instruction_set([&](const std::string&) {
    for (const Case& c : cases)
      for (const std::size_t cols : {1u, 4u, 7u, 37u, 70u})
        for (std::size_t at = 0; at < cols; ++at) {
          std::vector<Real> y(cols, 1), dy(cols, 1), dz(cols), sums(cols);
          y[at] = c.x;
          kernels::bias_activation(c.activation, nullptr, y.data(), 1, cols, cols);
          kernels::activation_backward(c.activation, y.data(), dy.data(), dz.data(), sums.data(), 0, 1, cols, cols);
          ASSERT_EQ(y[at], c.y) << c.x;
          ASSERT_EQ(sums[at], c.slope) << c.x;
        }
  });
}

}  // namespace
}  // namespace minnow
