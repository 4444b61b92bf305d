#include <minnow/core/error.hpp>
#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/adam.hpp>
#include <minnow/optim/adamw.hpp>

#include <tests/support/fixture.hpp>
#include <tests/support/message.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

constexpr bool in_double = std::is_same_v<Real, double>;
constexpr double trajectory_tolerance = in_double ? 1e-13 : 1e-6;
constexpr Real infinity = std::numeric_limits<Real>::infinity();
constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

std::vector<NamedTensor> named(std::vector<Parameter>& parameters) {
  std::vector<NamedTensor> entries;
  for (Parameter& parameter : parameters) entries.emplace_back(std::to_string(entries.size()), parameter);
  return entries;
}

/// Converts PyTorch's options; options that are missing keep their defaults.
template <class Options>
Options options(const Json& torch) {
  Options o;
  o.learning_rate = torch.value("lr", o.learning_rate);
  o.beta1 = torch.contains("betas") ? torch["betas"][0].get<double>() : o.beta1;
  o.beta2 = torch.contains("betas") ? torch["betas"][1].get<double>() : o.beta2;
  o.epsilon = torch.value("eps", o.epsilon);
  o.weight_decay = torch.value("weight_decay", o.weight_decay);
  o.amsgrad = torch.value("amsgrad", o.amsgrad);
  return o;
}

std::unique_ptr<AdamBase> optimizer(const Json& c, std::vector<Parameter>& parameters) {
  if (c.at("optimizer") == "Adam")
    return std::make_unique<Adam>(named(parameters), options<AdamOptions>(c.at("options")));
  return std::make_unique<AdamW>(named(parameters), options<AdamWOptions>(c.at("options")));
}

// The formulas of scripts/make_adam_fixtures.py.
Real start(std::size_t k, std::size_t i) {
  return (static_cast<Real>((53 * i * i + 29 * i + 11 * k + 7) % 1009) - 504) / 256;
}

Real gradient(std::size_t t, std::size_t k, std::size_t i, const Json& course) {
  const auto whole = static_cast<Real>((31 * t * t + 17 * t * i + 7 * i * i + 5 * k + 3) % 2003) - 900;
  const int fade = course.contains("fading") ? static_cast<int>(t / 8) : 0;
  return std::ldexp(whole, course.value("power", 0) - 10 - fade);
}

std::vector<Parameter> started_parameters(const Json& sizes) {
  std::vector<Parameter> parameters;
  for (const std::size_t n : sizes) {
    parameters.emplace_back(Shape{n});
    for (std::size_t i = 0; i < n; ++i) parameters.back().value(i) = start(parameters.size() - 1, i);
  }
  return parameters;
}

/// Returns the largest error along a trajectory, over 50 steps and all sizes.
double trajectory_error(const Json& c) {
  std::vector<Parameter> parameters = started_parameters(c.at("sizes"));
  const auto adam = optimizer(c, parameters);
  const Json& course = c.at("course");
  double worst = 0;
  for (std::size_t t = 1; t <= 50; ++t) {
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      if (course.contains("gaps") && (t + k) % 3 == 0) continue;
      FixedTensor& grad = parameters[k].grad_target().grad;
      for (std::size_t i = 0; i < grad.size(); ++i) grad(i) = gradient(t, k, i, course);
    }
    adam->step();
    if (course.contains("halving") && t == 25) adam->set_learning_rate(adam->options().learning_rate / 2);
    if (!c.at("after").contains(std::to_string(t))) continue;
    const Json& expected = c.at("after").at(std::to_string(t));
    for (std::size_t k = 0; k < parameters.size(); ++k)
      worst = std::max(worst, error(parameters[k].value, parameters[k].value.shape(), fixture_numbers(expected.at(k))));
  }
  EXPECT_EQ(adam->steps(), 50u);
  return worst;
}

TEST(Adam, FollowsPyTorchOnGivenGradients) {
  const Json fixture = read_fixture("adam.json").at(0);
  for (const Json& c : fixture.at("trajectories")) {
    const std::string name = c.at("optimizer").get<std::string>() + " " + c.at("case").get<std::string>();
    const double e = trajectory_error(c);
    EXPECT_LE(e, trajectory_tolerance) << name;
    record_error(name, e);
  }
}

std::vector<double> expected_of(const Json& extremes, const Json& optimizer, const Json& options) {
  for (const Json& c : extremes)
    if (c.at("optimizer") == optimizer && c.at("options") == options)
      return fixture_numbers(c.at(in_double ? "float64" : "float32"));
  throw std::runtime_error("no such case: " + options.dump());
}

// NaN, infinity, overflow and underflow: compared with PyTorch in the same precision. If epsilon is 0, a gradient whose
// square is 0 makes an element of PyTorch NaN or infinite; in Minnow the element is the same as with the default
// epsilon.
TEST(Adam, MatchesPyTorchOnExtremes) {
  const Json fixture = read_fixture("adam.json").at(0);
  for (const Json& c : fixture.at("extremes")) {
    const auto starts = fixture_numbers(c.at("start")), first = fixture_numbers(c.at("gradient")),
               default_epsilon = expected_of(fixture.at("extremes"), c.at("optimizer"), Json{{"lr", 0.01}});
    auto expected = expected_of(fixture.at("extremes"), c.at("optimizer"), c.at("options"));
    std::vector<double> allowed(expected.size(), trajectory_tolerance);
    for (std::size_t i = 0; i < expected.size() && c.at("options").value("eps", 1.0) == 0; ++i)
      if (std::isfinite(starts[i]) && std::isfinite(first[i]) && !std::isfinite(expected[i])) {
        expected[i] = default_epsilon[i];
        allowed[i] = std::max(allowed[i], 1e-7);  // the effect of the default epsilon on the other steps
      }
    std::vector<Parameter> parameters(1, Parameter({starts.size()}));
    FixedTensor& value = parameters[0].value;
    for (std::size_t i = 0; i < starts.size(); ++i) value(i) = static_cast<Real>(starts[i]);
    const auto adam = optimizer(c, parameters);
    for (int t = 0; t < 3; ++t) {
      FixedTensor& grad = parameters[0].grad_target().grad;
      for (std::size_t i = 0; i < first.size(); ++i) grad(i) = t == 0 ? static_cast<Real>(first[i]) : Real{0.5};
      adam->step();
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto p = static_cast<double>(value(i));
      SCOPED_TRACE(c.at("optimizer").dump() + c.at("options").dump() + " gradient " + std::to_string(first[i]));
      if (std::isfinite(expected[i]))
        EXPECT_NEAR(p, expected[i], allowed[i]);
      else
        EXPECT_TRUE(std::isnan(expected[i]) ? std::isnan(p) : p == expected[i]) << p << " for " << expected[i];
    }
  }
}

TEST(Adam, UpdatesAnElementAlikeAtEveryPosition) {
  for (const bool amsgrad : {false, true})
    for (std::size_t n = 0; n <= 40; ++n) {
      std::vector<Parameter> parameters(2, Parameter({n}));  // the second is the first, reversed
      Adam adam(named(parameters), {.learning_rate = 0.125, .weight_decay = 0.0625, .amsgrad = amsgrad});
      for (std::size_t i = 0; i < n; ++i) parameters[0].value(i) = parameters[1].value(n - 1 - i) = start(0, i);
      for (std::size_t t = 1; t <= 3; ++t) {
        FixedTensor &forwards = parameters[0].grad_target().grad, &backwards = parameters[1].grad_target().grad;
        for (std::size_t i = 0; i < n; ++i) forwards(i) = backwards(n - 1 - i) = gradient(t, 0, i, Json::object());
        adam.step();
      }
      for (std::size_t i = 0; i < n; ++i) {
        EXPECT_EQ(parameters[0].value(i), parameters[1].value(n - 1 - i));
        EXPECT_NE(parameters[0].value(i), start(0, i));
      }
    }
}

// The first step of a parameter has the length of the learning rate, for every gradient.
TEST(Adam, SkipsFrozenParametersAndParametersWithoutAGradient) {
  std::vector<Parameter> parameters(3, Parameter({2}));
  parameters[1].trainable = false;
  Adam adam(named(parameters), {.learning_rate = 1, .epsilon = 0});
  parameters[0].grad_to_add().fill(8);
  parameters[1].grad_to_add().fill(8);
  adam.step();
  EXPECT_NEAR(parameters[0].value(1), -1, 1e-6);
  EXPECT_EQ(parameters[1].value, (Tensor{0, 0}));
  EXPECT_EQ(parameters[2].value, (Tensor{0, 0}));
  EXPECT_THROW(adam.step(), Error) << "no backward pass since the last step";

  parameters[1].trainable = true;
  for (const std::size_t i : {1u, 2u}) parameters[i].grad_to_add().fill(-4);
  adam.step();
  EXPECT_EQ(adam.steps(), 2u);
  EXPECT_NEAR(parameters[0].value(1), -1, 1e-6);
  EXPECT_NEAR(parameters[1].value(1), 1, 1e-6);
  EXPECT_NEAR(parameters[2].value(1), 1, 1e-6);
}

/// Returns a parameter after three steps with the gradients `first`, 0, 0.
template <class Optimizer, class Options>
std::vector<Real> after_steps(Options options, Real first, std::size_t n) {
  std::vector<Parameter> parameters(1, Parameter({n}));
  parameters[0].value.fill(2);
  Optimizer optimizer(named(parameters), options);
  for (int t = 0; t < 3; ++t) {
    parameters[0].grad_target().grad.fill(t == 0 ? first : Real{0});
    optimizer.step();
  }
  return {parameters[0].value.begin(), parameters[0].value.end()};
}

constexpr std::size_t all_lanes = 37;  // whole vectors, a vector of four, and single elements

TEST(Adam, LeavesAnElementWithoutGradientsIfEpsilonIsZero) {
  const Real underflows = std::numeric_limits<Real>::min();  // its square is 0
  for (const double epsilon : {0.0, in_double ? 0.0 : 1e-50})
    for (const bool amsgrad : {false, true})
      for (const Real first : {Real{0}, -Real{0}, underflows, -underflows}) {
        SCOPED_TRACE(first);
        const auto adam = after_steps<Adam>(AdamOptions{.epsilon = epsilon, .amsgrad = amsgrad}, first, all_lanes);
        EXPECT_EQ(adam, std::vector<Real>(all_lanes, 2));
        const auto adamw = after_steps<AdamW>(
            AdamWOptions{.learning_rate = 0.5, .epsilon = epsilon, .weight_decay = 1, .amsgrad = amsgrad}, first,
            all_lanes);
        EXPECT_EQ(adamw, std::vector<Real>(all_lanes, Real{0.25})) << "the decay alone";
      }
}

TEST(Adam, StepsAgainAfterAGradientThatIsNotZeroIfEpsilonIsZero) {
  std::vector<Parameter> parameters(1, Parameter({all_lanes}));
  Adam adam(named(parameters), {.learning_rate = 0.5, .beta1 = 0, .beta2 = 0, .epsilon = 0});
  for (const Real g : {Real{0}, Real{4}, Real{0}}) {
    parameters[0].grad_target().grad.fill(g);
    adam.step();
  }
  for (const Real p : parameters[0].value) EXPECT_EQ(p, Real{-0.5});
  parameters[0].grad_target().grad.fill(nan);
  adam.step();
  for (const Real p : parameters[0].value) EXPECT_TRUE(std::isnan(p)) << "NaN is not replaced";
}

TEST(AdamW, DecaysAParameterWhoseGradientIsZero) {
  std::vector<Parameter> parameters(2, Parameter({1}));
  for (Parameter& parameter : parameters) parameter.value.fill(2);
  AdamW adamw(named(parameters), {.learning_rate = 0.5, .weight_decay = 0.25});
  parameters[0].grad_to_add();
  adamw.step();
  EXPECT_EQ(parameters[0].value(0), Real{1.75});
  EXPECT_EQ(parameters[1].value(0), 2) << "no gradient, no decay";
}

TEST(Adam, SetsTheLearningRate) {
  std::vector<Parameter> parameters(1, Parameter({1}));
  Adam adam(named(parameters), {.epsilon = 0});
  EXPECT_EQ(adam.options().learning_rate, 1e-3);
  adam.set_learning_rate(0.5);
  parameters[0].grad_to_add().fill(1);
  adam.step();
  EXPECT_NEAR(parameters[0].value(0), -0.5, 1e-6);
  EXPECT_EQ(message<ValueError>([&] { adam.set_learning_rate(-1); }),
            "Adam: expected learning_rate to be at least 0 and finite, got -1.");
  EXPECT_EQ(adam.options().learning_rate, 0.5);
}

TEST(Adam, ParametersRejectAnotherShape) {
  std::vector<Parameter> parameters(1, Parameter({2}));
  AdamW adamw(named(parameters));
  parameters[0].grad_to_add();
  adamw.step();
  EXPECT_EQ(
      message<ShapeError>([&] {
        parameters[0].value = zeros({3, 2});
      }),
      "FixedTensor: expected elements of shape (2), got (3, 2). The shape of a parameter or buffer cannot change.");
  parameters[0].grad_to_add();
  adamw.step();
}

TEST(Adam, RejectsInvalidOptions) {
  std::vector<Parameter> parameters(1, Parameter({1}));
  const auto with = [&](const AdamOptions& o) { return message<ValueError>([&] { Adam adam(named(parameters), o); }); };
  EXPECT_EQ(with({.learning_rate = -1}), "Adam: expected learning_rate to be at least 0 and finite, got -1.");
  EXPECT_EQ(with({.learning_rate = infinity}), "Adam: expected learning_rate to be at least 0 and finite, got inf.");
  EXPECT_EQ(with({.beta1 = 1}), "Adam: expected beta1 to be at least 0 and below 1, got 1.");
  EXPECT_EQ(with({.beta1 = -0.5}), "Adam: expected beta1 to be at least 0 and below 1, got -0.5.");
  EXPECT_EQ(with({.beta2 = 1.5}), "Adam: expected beta2 to be at least 0 and below 1, got 1.5.");
  EXPECT_EQ(with({.beta2 = nan}), "Adam: expected beta2 to be at least 0 and below 1, got nan.");
  EXPECT_EQ(with({.epsilon = -1e-8}), "Adam: expected epsilon to be at least 0 and finite, got -1e-08.");
  EXPECT_EQ(with({.weight_decay = -2}), "Adam: expected weight_decay to be at least 0 and finite, got -2.");
  EXPECT_EQ(with({.learning_rate = 0, .beta1 = 0, .beta2 = 0, .epsilon = 0}), "no error");
  EXPECT_EQ(message<ValueError>([&] { AdamW adamw(named(parameters), {.beta1 = 1}); }),
            "AdamW: expected beta1 to be at least 0 and below 1, got 1.");
  EXPECT_FALSE(parameters[0].in_optimizer()) << "a failed construction claims no parameter";
}

// In float this beta is 1. Each step still has about the length of the learning rate.
TEST(Adam, AcceptsABetaThatRoundsToOne) {
  std::vector<Parameter> parameters(1, Parameter({1}));
  Adam adam(named(parameters), {.learning_rate = 0.25, .beta2 = 1 - 1e-12, .epsilon = 0});
  for (int t = 0; t < 4; ++t) {
    parameters[0].grad_to_add().fill(4);
    adam.step();
  }
  EXPECT_NEAR(parameters[0].value(0), -1, 1e-3);
}

template <class A>
void expect_to_learn_exclusive_or() {
  Rng rng{1};
  Sequential model{Dense(2, 8, rng), Tanh(), Dense(8, 2, rng)};
  const Tensor x{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, labels{0, 1, 1, 0};
  CrossEntropyLoss loss;
  A adam{model.parameters(), {.learning_rate = 0.05}};
  EXPECT_GT(loss.forward(model.forward(x), labels), 0.5);
  for (int step = 0; step < 200; ++step) {
    loss.forward(model.forward(x), labels);
    model.backward(loss.backward());
    adam.step();
  }
  EXPECT_LT(loss.forward(model.forward(x), labels), 0.02);
}

TEST(Adam, LearnsExclusiveOr) { expect_to_learn_exclusive_or<Adam>(); }
TEST(AdamW, LearnsExclusiveOr) { expect_to_learn_exclusive_or<AdamW>(); }

}  // namespace
}  // namespace minnow
