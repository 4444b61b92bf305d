#include <minnow/core/error.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/sgd.hpp>

#include <tests/support/fixture.hpp>

#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

constexpr double trajectory_tolerance = std::is_same_v<Real, double> ? 1e-12 : 1e-5;

SGDOptions options(const Json& torch) {
  return {.learning_rate = torch.at("lr"),
          .momentum = torch.value("momentum", 0.),
          .dampening = torch.value("dampening", 0.),
          .weight_decay = torch.value("weight_decay", 0.),
          .nesterov = torch.value("nesterov", false)};
}

std::vector<NamedTensor> named(std::vector<Parameter>& parameters) {
  std::vector<NamedTensor> entries;
  for (Parameter& parameter : parameters) entries.emplace_back(std::to_string(entries.size()), parameter);
  return entries;
}

// The last parameter is a scalar; the others have sizes that are not multiples of a vector's.
TEST(SGD, FollowsPyTorchOnGivenGradients) {
  const Json fixture = read_fixture("sgd_gradients.json").at(0);
  double worst = 0, worst_scalar = 0;
  for (const Json& trajectory : fixture.at("trajectories")) {
    SCOPED_TRACE(trajectory.at("case").get<std::string>());
    std::vector<Parameter> parameters;
    for (const Json& start : fixture.at("start")) {
      parameters.emplace_back(fixture_shape(start));
      parameters.back().value = fixture_tensor(start);
    }
    SGD sgd(named(parameters), options(trajectory.at("options")));
    for (const Json& gradients : fixture.at("gradients")) {
      for (std::size_t i = 0; i < parameters.size(); ++i)
        parameters[i].grad_target().grad = fixture_tensor(gradients.at(i));
      sgd.step();
    }
    EXPECT_EQ(sgd.steps(), 20u);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const double e = error(parameters[i].value, trajectory.at("end").at(i));
      EXPECT_LE(e, trajectory_tolerance) << "shape " << to_string(parameters[i].value.shape());
      double& largest = parameters[i].value.dimension() == 0 ? worst_scalar : worst;
      largest = std::max(largest, e);
    }
  }
  record_error("values", worst);
  record_error("scalar", worst_scalar);
}

Sequential network(const Json& start) {
  Rng rng{1};
  Sequential model{Dense(6, 8, rng), ReLU(), Dense(8, 3, rng)};
  for (const NamedTensor& entry : model.state()) *entry.value = fixture_tensor(start.at(entry.name));
  return model;
}

double weights_error(Sequential& model, const Json& expected) {
  double worst = 0;
  for (const NamedTensor& entry : model.state()) worst = std::max(worst, error(*entry.value, expected.at(entry.name)));
  return worst;
}

TEST(SGD, TrainsANetworkAsPyTorchDoes) {
  const Json fixture = read_fixture("sgd_training.json").at(0);
  const Tensor x = fixture_tensor(fixture.at("x")), labels = fixture_tensor(fixture.at("labels"));
  double worst_loss = 0, worst_20 = 0, worst_50 = 0;
  for (const Json& trajectory : fixture.at("trajectories")) {
    SCOPED_TRACE(trajectory.at("case").get<std::string>());
    Sequential model = network(fixture.at("start"));
    SGD sgd(model.parameters(), options(trajectory.at("options")));
    CrossEntropyLoss loss;
    const auto losses = trajectory.at("losses").get<std::vector<double>>();
    for (std::size_t step = 0; step < losses.size(); ++step) {
      const double value = loss.forward(model.forward(x), labels);
      const double e = std::abs(value - losses[step]) / losses[step];
      EXPECT_LE(e, trajectory_tolerance) << "step " << step;
      worst_loss = std::max(worst_loss, e);
      model.backward(loss.backward());
      sgd.step();
      if (step + 1 == 20) worst_20 = std::max(worst_20, weights_error(model, trajectory.at("after 20")));
    }
    worst_50 = std::max(worst_50, weights_error(model, trajectory.at("after 50")));
    EXPECT_LE(worst_20, trajectory_tolerance);
    EXPECT_LE(worst_50, trajectory_tolerance);
    EXPECT_LT(losses.back(), losses.front());
  }
  record_error("loss", worst_loss);
  record_error("weights_after_20", worst_20);
  record_error("weights_after_50", worst_50);
}

/// Computes one step by the documented formula.
double updated(double p, double g, double& b, bool first, const SGDOptions& o) {
  g += o.weight_decay * p;
  b = first ? g : o.momentum * b + (1 - o.dampening) * g;
  if (o.momentum != 0) g = o.nesterov ? g + o.momentum * b : b;
  return p - o.learning_rate * g;
}

TEST(SGD, UpdatesVectorsOfEverySize) {
  const SGDOptions all{.learning_rate = 0.125, .momentum = 0.5, .dampening = 0.25, .weight_decay = 0.0625};
  const SGDOptions nesterov{.learning_rate = 0.125, .momentum = 0.5, .nesterov = true};
  for (const SGDOptions& o : {SGDOptions{.learning_rate = 0.125}, all, nesterov})
    for (std::size_t n = 0; n <= 40; ++n) {
      std::vector<Parameter> parameters(1, Parameter({n}));
      std::vector<double> p(n), b(n);
      for (std::size_t i = 0; i < n; ++i) parameters[0].value(i) = static_cast<Real>(p[i] = static_cast<double>(i) - 7);
      SGD sgd(named(parameters), o);
      for (int step = 0; step < 3; ++step) {
        FixedTensor& grad = parameters[0].grad_to_add();
        for (std::size_t i = 0; i < n; ++i) {
          grad(i) = static_cast<Real>(static_cast<int>(i) % 5 - step);
          p[i] = updated(p[i], static_cast<double>(static_cast<int>(i) % 5 - step), b[i], step == 0, o);
        }
        sgd.step();
      }
      for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(static_cast<double>(parameters[0].value(i)), p[i], 1e-5);
    }
}

TEST(SGD, SkipsFrozenParametersAndParametersWithoutAGradient) {
  std::vector<Parameter> parameters(3, Parameter({2}));
  parameters[1].trainable = false;
  SGD sgd(named(parameters), {.learning_rate = 1, .momentum = 0.5, .dampening = 0.5});
  parameters[0].grad_to_add().fill(1);
  parameters[1].grad_to_add().fill(1);
  sgd.step();
  EXPECT_EQ(parameters[0].value, (Tensor{-1, -1}));
  EXPECT_EQ(parameters[1].value, (Tensor{0, 0}));
  EXPECT_EQ(parameters[2].value, (Tensor{0, 0}));
  for (const Parameter& parameter : parameters) EXPECT_FALSE(parameter.has_gradient());
  EXPECT_THROW(sgd.step(), Error) << "no backward pass since the last step";
  EXPECT_EQ(parameters[0].value, (Tensor{-1, -1}));

  parameters[1].trainable = true;  // the first step of this parameter has no dampening
  parameters[1].grad_to_add().fill(1);
  sgd.step();
  EXPECT_EQ(parameters[1].value, (Tensor{-1, -1}));
}

TEST(SGD, PropagatesNaNAndInfinity) {
  std::vector<Parameter> parameters(1, Parameter({3}));
  SGD sgd(named(parameters), {.learning_rate = 1});
  constexpr Real inf = std::numeric_limits<Real>::infinity();
  parameters[0].grad_target().grad = Tensor{std::numeric_limits<Real>::quiet_NaN(), inf, 1};
  sgd.step();
  EXPECT_TRUE(std::isnan(parameters[0].value(0)));
  EXPECT_EQ(parameters[0].value(1), -inf);
  EXPECT_EQ(parameters[0].value(2), -1);
}

TEST(SGD, SetsTheLearningRate) {
  std::vector<Parameter> parameters(1, Parameter({1}));
  SGD sgd(named(parameters));
  EXPECT_EQ(sgd.options().learning_rate, 0.01);
  sgd.set_learning_rate(0.5);
  parameters[0].grad_to_add().fill(1);
  sgd.step();
  EXPECT_EQ(parameters[0].value(0), Real{-0.5});
  EXPECT_THROW(sgd.set_learning_rate(-1), ValueError);
  EXPECT_EQ(sgd.options().learning_rate, 0.5);
}

std::string message(const std::function<void()>& action) {
  try {
    action();
  } catch (const ValueError& e) {
    return e.what();
  }
  return "no error";
}

TEST(SGD, RejectsInvalidOptions) {
  std::vector<Parameter> parameters(1, Parameter({1}));
  const auto with = [&](const SGDOptions& o) { return message([&] { SGD sgd(named(parameters), o); }); };
  EXPECT_EQ(with({.learning_rate = -1}), "SGD: expected learning_rate to be at least 0 and finite, got -1.");
  EXPECT_NE(with({.learning_rate = std::numeric_limits<double>::infinity()}), "no error");
  EXPECT_NE(with({.momentum = -0.5}), "no error");
  EXPECT_NE(with({.weight_decay = std::numeric_limits<double>::quiet_NaN()}), "no error");
  EXPECT_NE(with({.dampening = std::numeric_limits<double>::quiet_NaN()}), "no error");
  EXPECT_EQ(with({.nesterov = true}),
            "SGD: expected momentum above 0 and dampening 0 with nesterov, got momentum 0 and "
            "dampening 0.");
  EXPECT_NE(with({.momentum = 0.5, .dampening = 0.5, .nesterov = true}), "no error");
  EXPECT_EQ(with({.learning_rate = 0}), "no error");
  EXPECT_EQ(with({.momentum = 0.5, .dampening = -0.5}), "no error");  // as in PyTorch
}

TEST(SGD, AFailedConstructionClaimsNoParameter) {
  Rng rng{1};
  Sequential model{Dense(2, 2, rng)};
  EXPECT_THROW(SGD(model.parameters(), {.learning_rate = -1}), ValueError);
  EXPECT_NO_THROW(model.add(ReLU()));
}

TEST(Optimizer, RejectsParametersItCannotTrain) {
  std::vector<Parameter> parameters(1, Parameter({1}));
  FixedTensor buffer(Shape{1});
  EXPECT_EQ(message([] { SGD sgd(std::vector<NamedTensor>{}); }),
            "Optimizer: expected at least one parameter, got none.");
  EXPECT_EQ(message([&] {
              SGD sgd({{"w", parameters[0]}, {"again", parameters[0]}});
            }),
            "Optimizer: expected each parameter once, got again twice.");
  EXPECT_EQ(message([&] {
              SGD sgd({{"running_mean", buffer}});
            }),
            "Optimizer: expected parameters, got the buffer running_mean. Pass model.parameters().");
}

}  // namespace
}  // namespace minnow
