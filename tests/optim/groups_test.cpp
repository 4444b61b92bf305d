#include <minnow/core/error.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/adamw.hpp>
#include <minnow/optim/parameter_groups.hpp>
#include <minnow/optim/sgd.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

std::vector<std::string> names(const std::vector<NamedTensor>& entries) {
  std::vector<std::string> result;
  for (const NamedTensor& entry : entries) result.push_back(entry.name);
  return result;
}
using Names = std::vector<std::string>;

TEST(Groups, HaveTheirOwnOptions) {
  std::vector<Parameter> p(3, Parameter({1}));
  SGD sgd{{{{{"a", p[0]}, {"b", p[1]}}, {.learning_rate = 0.5}}, {{{"c", p[2]}}, {.learning_rate = 2}}}};
  EXPECT_EQ(sgd.num_groups(), 2u);
  EXPECT_EQ(names(sgd.parameters()), (Names{"a", "b", "c"}));
  EXPECT_EQ(sgd.options().learning_rate, 0.5);
  EXPECT_EQ(sgd.options(1).learning_rate, 2);
  for (Parameter& parameter : p) parameter.grad_to_add().fill(1);
  sgd.step();
  EXPECT_EQ(p[0].value(0), Real{-0.5});
  EXPECT_EQ(p[1].value(0), Real{-0.5});
  EXPECT_EQ(p[2].value(0), Real{-2});
}

TEST(Groups, SetRatesTogetherOrOneByOne) {
  std::vector<Parameter> p(2, Parameter({1}));
  AdamW adam{{{{{"a", p[0]}}, {.beta1 = 0.5}}, {{{"b", p[1]}}, {}}}};
  adam.set_learning_rate(0.25, 1);
  EXPECT_EQ(adam.options(0).learning_rate, 1e-3);
  EXPECT_EQ(adam.options(1).learning_rate, 0.25);
  adam.set_learning_rate(0.5);
  for (const std::size_t group : {0u, 1u}) {
    EXPECT_EQ(adam.rates(group).learning_rate, 0.5);
    EXPECT_EQ(adam.initial_rates(group).learning_rate, 0.5);
  }
  adam.set_rates(0, {.learning_rate = 0.125, .momentum = 0.75});
  EXPECT_EQ(adam.options(0).learning_rate, 0.125);
  EXPECT_EQ(adam.options(0).beta1, 0.75);
  EXPECT_EQ(adam.initial_rates(0).learning_rate, 0.5);
  EXPECT_EQ(adam.initial_rates(0).momentum, 0.5);
  EXPECT_EQ(message<ValueError>([&] { adam.set_rates(1, {.learning_rate = 0.1, .momentum = 1}); }),
            "AdamW, group 1: expected beta1 to be at least 0 and below 1, got 1.");
  EXPECT_EQ(adam.options(1).learning_rate, 0.5) << "the whole change is rejected";
  EXPECT_EQ(message<ValueError>([&] { adam.options(2); }), "AdamW: expected a group index below 2, got 2.");
  EXPECT_THROW(adam.set_learning_rate(1, 2), ValueError);
}

TEST(Groups, AreCheckedBeforeAParameterIsClaimed) {
  std::vector<Parameter> p(2, Parameter({1}));
  EXPECT_EQ(message<ValueError>([&] {
              SGD sgd{{{{{"a", p[0]}}, {}}, {{{"b", p[1]}}, {.weight_decay = -1}}}};
            }),
            "SGD, group 1: expected weight_decay to be at least 0 and finite, got -1.");
  EXPECT_EQ(message<ValueError>([&] {
              SGD sgd{{{{{"a", p[0]}}, {.momentum = 0.5}}, {{{"again", p[0]}}, {.momentum = 0.5}}}};
            }),
            "Optimizer: expected each parameter once, got again twice.");
  EXPECT_EQ(message<ValueError>([] { SGD sgd(ParameterGroups<SGDOptions>{}); }),
            "Optimizer: expected at least one parameter, got none.");
  EXPECT_FALSE(p[0].in_optimizer());
}

TEST(Groups, DecayNoBiasesAndNorms) {
  Sequential model = small_model();
  for (const NamedTensor& entry : model.parameters()) entry.value->fill(1);
  AdamW adam{
      no_decay_on_biases_and_norms(model.parameters(), AdamWOptions{.learning_rate = 0.5, .weight_decay = 0.25})};
  EXPECT_EQ(names(adam.parameters()), (Names{"0.weight", "2.weight", "0.bias", "2.bias"}));
  for (const NamedTensor& entry : model.parameters()) entry.parameter->grad_to_add();
  adam.step();
  for (const NamedTensor& entry : model.parameters())
    for (const Real value : *entry.value)
      EXPECT_EQ(value, entry.value->dimension() < 2 ? 1 : Real{0.875}) << entry.name;
}

TEST(Groups, MayBeEmptyIfAModelHasNoBiases) {
  Rng rng{1};
  Sequential model{Dense(2, 2, rng, {.bias = false})};
  SGD sgd{no_decay_on_biases_and_norms(model.parameters(), SGDOptions{.weight_decay = 1})};
  EXPECT_EQ(sgd.num_groups(), 2u);
  EXPECT_EQ(sgd.parameters().size(), 1u);
}

TEST(Groups, AreCheckedByIndex) {
  Sequential model = small_model();
  SGD sgd{model.parameters()};
  EXPECT_EQ(message<ValueError>([&] { sgd.rates(1); }), "SGD: expected a group index below 1, got 1.");
  EXPECT_EQ(message<ValueError>([&] { sgd.set_rates(2, {}); }), "SGD: expected a group index below 1, got 2.");
}

/// Adds the gradient; it has no learning rate.
struct Adding : Optimizer {
  explicit Adding(std::vector<NamedTensor> parameters) : Optimizer(std::move(parameters)) {}
  void update(std::size_t, Parameter& parameter) override {
    for (std::size_t i = 0; i < parameter.value.size(); ++i) parameter.value.data()[i] += parameter.grad.data()[i];
  }
};

TEST(Groups, AnOptimizerOfOnesOwnNeedsNoRates) {
  Sequential model = small_model();
  Adding adding{model.parameters()};
  const std::string expected =
      "Optimizer: expected an optimizer with rates, got one without. Override num_groups, rates, initial_rates, "
      "set_rates and set_initial_rates.";
  EXPECT_EQ(adding.num_groups(), 1u);
  EXPECT_EQ(message<Error>([&] { adding.rates(0); }), expected);
  EXPECT_EQ(message<Error>([&] { adding.initial_rates(0); }), expected);
  EXPECT_EQ(message<Error>([&] { adding.set_rates(0, {}); }), expected);
  EXPECT_EQ(message<Error>([&] { adding.set_initial_rates(0, {}); }), expected);
}

TEST(Named, MatchesWholePartsOfNames) {
  std::vector<Parameter> p(4, Parameter({1}));
  const std::vector<NamedTensor> all{{"1.weight", p[0]}, {"1.bias", p[1]}, {"10.weight", p[2]}, {"2.1.weight", p[3]}};
  EXPECT_EQ(names(named(all, "1")), (Names{"1.weight", "1.bias"}));
  EXPECT_EQ(names(named(all, "1.")), (Names{"1.weight", "1.bias"}));
  EXPECT_EQ(names(named(all, "10.weight")), (Names{"10.weight"}));
  EXPECT_EQ(names(not_named(all, "1")), (Names{"10.weight", "2.1.weight"}));
  EXPECT_EQ(message<ValueError>([&] { named(all, "3"); }),
            "named: expected a prefix of a parameter name, such as 1.weight, got \"3\".");
  EXPECT_THROW(named({}, "0"), ValueError);
}

// No layer before the first trained layer computes a gradient.
TEST(Freezing, KeepsValuesAndSkipsGradients) {
  Sequential model = small_model();
  freeze(named(model.parameters(), "0"));
  SGD sgd{model.parameters(), {.learning_rate = 0.5, .weight_decay = 0.5}};
  Sequential before = model;
  const Tensor x = random({4, 6}, 2), dy = random({4, 3}, 3);
  const auto train = [&] {
    model.forward(x);
    model.backward(dy);
    for (const NamedTensor& entry : named(model.parameters(), "0"))
      EXPECT_EQ(entry.parameter->has_gradient(), entry.parameter->trainable) << entry.name;
    sgd.step();
  };
  train();
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(*before.state()[i].value == *model.state()[i].value, i < 2) << model.state()[i].name;
  unfreeze(model.parameters());
  train();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NE(*before.state()[i].value, *model.state()[i].value);
}

}  // namespace
}  // namespace minnow
