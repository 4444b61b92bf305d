#include <minnow/core/error.hpp>
#include <minnow/optim/rmsprop.hpp>

#include <tests/support/fixture.hpp>
#include <tests/support/message.hpp>
#include <tests/support/recorded_gradients.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

constexpr bool in_double = std::is_same_v<Real, double>;

// NaN, infinity, overflow and underflow: compared with PyTorch in the same precision. If epsilon is 0, a gradient whose
// square is 0 makes an element of PyTorch NaN or infinite; in Minnow the element is the same as with the default
// epsilon.
TEST(RMSprop, MatchesPyTorchOnExtremes) {
  const Json cases = read_fixture("optim/extremes.json");
  ASSERT_EQ(cases.at(0).at("options"), (Json{{"lr", 0.01}}));
  const auto default_epsilon = fixture_numbers(cases.at(0).at(in_double ? "float64" : "float32"));
  for (const Json& c : cases) {
    const auto starts = fixture_numbers(c.at("start")), first = fixture_numbers(c.at("gradient"));
    auto expected = fixture_numbers(c.at(in_double ? "float64" : "float32"));
    std::vector<double> allowed(expected.size(), tolerance);
    for (std::size_t i = 0; i < expected.size() && c.at("options").value("eps", 1.0) == 0; ++i)
      if (std::isfinite(starts[i]) && std::isfinite(first[i]) && !std::isfinite(expected[i])) {
        expected[i] = default_epsilon[i];
        allowed[i] = std::max(allowed[i], 1e-7);  // the effect of the default epsilon on the other steps
      }
    Parameter parameter({starts.size()});
    for (std::size_t i = 0; i < starts.size(); ++i) parameter.value(i) = static_cast<Real>(starts[i]);
    RMSprop rmsprop({{"w", parameter}}, torch_options<RMSpropOptions>(c.at("options")));
    for (int t = 0; t < 3; ++t) {
      FixedTensor& grad = parameter.grad_target().grad;
      for (std::size_t i = 0; i < first.size(); ++i) grad(i) = t == 0 ? static_cast<Real>(first[i]) : Real{0.5};
      rmsprop.step();
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto p = static_cast<double>(parameter.value(i));
      SCOPED_TRACE(c.at("options").dump() + " gradient " + std::to_string(first[i]));
      if (std::isfinite(expected[i]))
        EXPECT_NEAR(p, expected[i], allowed[i]);
      else
        EXPECT_TRUE(std::isnan(expected[i]) ? std::isnan(p) : p == expected[i]) << p << " for " << expected[i];
    }
  }
}

/// Computes one step by the documented formula.
struct Averages {
  double v = 0, m = 0, b = 0;
};
double updated(double p, double g, Averages& a, const RMSpropOptions& o) {
  g += o.weight_decay * p;
  a.v = o.alpha * a.v + (1 - o.alpha) * g * g;
  a.m = o.alpha * a.m + (1 - o.alpha) * g;
  const double s = std::sqrt(o.centered ? a.v - a.m * a.m : a.v);
  a.b = o.momentum * a.b + g / (s + o.epsilon);
  return p - o.learning_rate * a.b;
}

TEST(RMSprop, UpdatesVectorsOfEverySize) {
  const RMSpropOptions all{
      .learning_rate = 0.125, .alpha = 0.5, .epsilon = 0.25, .weight_decay = 0.0625, .momentum = 0.5, .centered = true};
  for (const RMSpropOptions& o : {RMSpropOptions{.learning_rate = 0.125}, all})
    for (std::size_t n = 0; n <= 40; ++n) {
      Parameter parameter({n});
      std::vector<double> p(n);
      std::vector<Averages> averages(n);
      for (std::size_t i = 0; i < n; ++i) parameter.value(i) = static_cast<Real>(p[i] = static_cast<double>(i) - 7);
      RMSprop rmsprop({{"w", parameter}}, o);
      for (int step = 0; step < 3; ++step) {
        FixedTensor& grad = parameter.grad_target().grad;
        for (std::size_t i = 0; i < n; ++i) {
          const double g = static_cast<int>(i) % 5 - step + 0.5;
          grad(i) = static_cast<Real>(g);
          p[i] = updated(p[i], g, averages[i], o);
        }
        rmsprop.step();
      }
      for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(static_cast<double>(parameter.value(i)), p[i], 1e-5);
    }
}

// v - m^2 converges to 0 here, and rounding can make it negative.
TEST(RMSprop, IsFiniteIfTheGradientHasNoVariance) {
  Parameter parameter({64});
  RMSprop rmsprop({{"w", parameter}}, {.learning_rate = 1e-6, .alpha = 0.7, .epsilon = 1e-3, .centered = true});
  for (int t = 0; t < 300; ++t) {
    FixedTensor& grad = parameter.grad_target().grad;
    for (std::size_t i = 0; i < grad.size(); ++i) grad(i) = static_cast<Real>(1 / (3.0 + static_cast<double>(i)));
    rmsprop.step();
  }
  for (const Real p : parameter.value) EXPECT_TRUE(std::isfinite(p));
  parameter.grad_target().grad.fill(std::numeric_limits<Real>::quiet_NaN());
  rmsprop.step();
  for (const Real p : parameter.value) EXPECT_TRUE(std::isnan(p)) << "NaN is not replaced";
}

TEST(RMSprop, LeavesAnElementWithoutGradientsIfEpsilonIsZero) {
  constexpr std::size_t n = 37;                              // whole vectors, a vector of four, and single elements
  const Real underflows = std::numeric_limits<Real>::min();  // its square is 0
  for (const double epsilon : {0.0, in_double ? 0.0 : 1e-50})
    for (const bool centered : {false, true})
      for (const double momentum : {0.0, 0.5})
        for (const Real first : {Real{0}, -Real{0}, underflows}) {
          SCOPED_TRACE(first);
          Parameter parameter({n});
          parameter.value.fill(2);
          RMSprop rmsprop(
              {{"w", parameter}},
              {.learning_rate = 0.5, .alpha = 0, .epsilon = epsilon, .momentum = momentum, .centered = centered});
          for (int t = 0; t < 3; ++t) {
            parameter.grad_target().grad.fill(t == 0 ? first : Real{0});
            rmsprop.step();
          }
          for (const Real p : parameter.value) EXPECT_EQ(p, 2);
          parameter.grad_target().grad.fill(4);
          rmsprop.step();
          for (const Real p : parameter.value) EXPECT_EQ(p, centered ? 2 : Real{1.5}) << "no variance, if centered";
          parameter.grad_target().grad.fill(std::numeric_limits<Real>::quiet_NaN());
          rmsprop.step();
          for (const Real p : parameter.value) EXPECT_TRUE(std::isnan(p)) << "NaN is not replaced";
        }
}

TEST(RMSprop, UsesAMomentumSetByASchedule) {
  Parameter parameter({1});
  RMSprop rmsprop({{"w", parameter}}, {.learning_rate = 1, .alpha = 0, .epsilon = 0});
  rmsprop.set_schedule([](Rates rates, std::uint64_t t) { return Rates{rates.learning_rate, t == 0 ? 0 : 0.5}; });
  for (int t = 0; t < 3; ++t) {
    parameter.grad_target().grad.fill(4);
    rmsprop.step();  // by 1, 1 and 1 + 0.5
  }
  EXPECT_NEAR(parameter.value(0), -3.5, 1e-6);
}

TEST(RMSprop, SkipsFrozenParametersAndParametersWithoutAGradient) {
  std::vector<Parameter> parameters(3, Parameter({2}));
  parameters[1].trainable = false;
  RMSprop rmsprop({{"a", parameters[0]}, {"b", parameters[1]}, {"c", parameters[2]}}, {.learning_rate = 1});
  parameters[0].grad_to_add().fill(8);
  parameters[1].grad_to_add().fill(8);
  rmsprop.step();
  EXPECT_NEAR(parameters[0].value(1), -10, 1e-4);  // g / sqrt(0.01 g^2)
  EXPECT_EQ(parameters[1].value, (Tensor{0, 0}));
  EXPECT_EQ(parameters[2].value, (Tensor{0, 0}));
}

TEST(RMSprop, ParametersRejectAnotherShape) {
  Parameter parameter({2});
  RMSprop rmsprop({{"w", parameter}});
  parameter.grad_to_add();
  rmsprop.step();
  EXPECT_EQ(
      message<ShapeError>([&] {
        parameter.value = zeros({3, 2});
      }),
      "FixedTensor: expected elements of shape (2), got (3, 2). The shape of a parameter or buffer cannot change.");
  parameter.grad_to_add();
  rmsprop.step();
}

TEST(RMSprop, RejectsInvalidOptions) {
  Parameter parameter({1});
  const auto with = [&](const RMSpropOptions& o) {
    return message<ValueError>([&] { RMSprop rmsprop({{"w", parameter}}, o); });
  };
  EXPECT_EQ(with({.learning_rate = -1}), "RMSprop: expected learning_rate to be at least 0 and finite, got -1.");
  EXPECT_EQ(with({.alpha = 1}), "RMSprop: expected alpha to be at least 0 and below 1, got 1.");
  EXPECT_EQ(with({.alpha = -0.5}), "RMSprop: expected alpha to be at least 0 and below 1, got -0.5.");
  EXPECT_EQ(with({.epsilon = -1}), "RMSprop: expected epsilon to be at least 0 and finite, got -1.");
  EXPECT_EQ(with({.weight_decay = -2}), "RMSprop: expected weight_decay to be at least 0 and finite, got -2.");
  EXPECT_EQ(with({.momentum = -2}), "RMSprop: expected momentum to be at least 0 and finite, got -2.");
  EXPECT_FALSE(parameter.in_optimizer()) << "a failed construction claims no parameter";
  EXPECT_EQ(with({.learning_rate = 0, .alpha = 0, .epsilon = 0}), "no error");
}

}  // namespace
}  // namespace minnow
