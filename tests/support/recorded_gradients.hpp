#pragma once

#include <minnow/optim/adam.hpp>
#include <minnow/optim/adamw.hpp>
#include <minnow/optim/rmsprop.hpp>
#include <minnow/optim/schedules.hpp>
#include <minnow/optim/sgd.hpp>

#include <tests/support/fixture.hpp>

#include <memory>

namespace minnow::inline MINNOW_PRECISION::testing {

/// The parameters and 50 gradients of each that scripts/make_optim_fixtures.py recorded, and their two groups.
struct Recorded {
  Json fixture = read_fixture("optim/recorded.json").at(0);
  std::vector<Parameter> parameters;

  Recorded() {
    for (const Json& start : fixture.at("start")) {
      parameters.emplace_back(fixture_shape(start));
      parameters.back().value = fixture_tensor(start);
    }
  }

  std::vector<NamedTensor> group(std::size_t g) {
    std::vector<NamedTensor> entries;
    for (const std::size_t i : fixture.at("groups").at(g)) entries.emplace_back(std::to_string(i), parameters[i]);
    return entries;
  }

  /// The gradients of step t, from 1.
  void backward(std::size_t t) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const auto numbers = fixture_numbers(fixture.at("gradients").at(t - 1).at(i));
      FixedTensor& grad = parameters[i].grad_target().grad;
      for (std::size_t k = 0; k < numbers.size(); ++k) grad.data()[k] = static_cast<Real>(numbers[k]);
    }
  }

  /// Returns the largest error of the parameters against the fixture's, which are in the same order.
  double error_to(const Json& expected) const {
    double worst = 0;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      worst = std::max(worst, error(parameters[i].value, parameters[i].value.shape(), fixture_numbers(expected.at(i))));
    return worst;
  }
};

/// Converts PyTorch's options; options that are missing keep their defaults.
template <class Options>
Options torch_options(const Json& torch) {
  Options o;
  const auto read = [&](const char* name, auto& option) { option = torch.value(name, option); };
  o.learning_rate = torch.value("lr", 1e-3);  // the fixtures' default for all optimizers
  read("weight_decay", o.weight_decay);
  if constexpr (requires { o.epsilon; }) read("eps", o.epsilon);
  if constexpr (requires { o.amsgrad; }) read("amsgrad", o.amsgrad);
  if constexpr (requires { o.momentum; }) read("momentum", o.momentum);
  if constexpr (requires { o.dampening; }) {
    read("dampening", o.dampening);
    read("nesterov", o.nesterov);
  }
  if constexpr (requires { o.alpha; }) {
    read("alpha", o.alpha);
    read("centered", o.centered);
  }
  if constexpr (requires { o.beta1; })
    if (torch.contains("betas")) o.beta1 = torch.at("betas").at(0), o.beta2 = torch.at("betas").at(1);
  return o;
}

/// Builds the optimizer of a case, with two groups.
inline std::unique_ptr<Optimizer> torch_optimizer(const Json& c, Recorded& recorded) {
  const auto make = [&]<class O, class Options>(std::type_identity<O>, std::type_identity<Options>) {
    ParameterGroups<Options> groups;
    for (std::size_t g = 0; g < 2; ++g)
      groups.push_back({recorded.group(g), torch_options<Options>(c.at("options").at(g))});
    return std::unique_ptr<Optimizer>(new O(groups));
  };
  using std::type_identity;
  const std::string name = c.at("optimizer");
  if (name == "SGD") return make(type_identity<SGD>(), type_identity<SGDOptions>());
  if (name == "Adam") return make(type_identity<Adam>(), type_identity<AdamOptions>());
  if (name == "AdamW") return make(type_identity<AdamW>(), type_identity<AdamWOptions>());
  if (name == "RMSprop") return make(type_identity<RMSprop>(), type_identity<RMSpropOptions>());
  throw std::runtime_error("no optimizer " + name);
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
