#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/optim/adam.hpp>
#include <minnow/optim/detail/adam_kernel.hpp>
#include <minnow/optim/detail/check_option.hpp>
#include <minnow/optim/detail/visit_option.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

void check(const std::string& who, const AdamOptions& options) {
  check_not_negative(who, "learning_rate", options.learning_rate);
  check_below_one(who, "beta1", options.beta1);
  check_below_one(who, "beta2", options.beta2);
  check_not_negative(who, "epsilon", options.epsilon);
  check_not_negative(who, "weight_decay", options.weight_decay);
}

/// Returns 1 - beta^t, the value of m or v after t steps whose gradients are all 1. It is computed from the factors as
/// rounded to Real, so that their rounding error cancels in m / (1 - beta^t). If a schedule changes beta, the current
/// beta counts, as in PyTorch.
double average_weight(double keep, double add, std::uint64_t t) {
  const auto count = static_cast<double>(t);
  return keep == 1 ? add * count : -add * std::expm1(count * std::log(keep)) / (1 - keep);
}

}  // namespace

Adam::Adam(std::vector<NamedTensor> parameters, const AdamOptions& options)
    : Adam(ParameterGroups<AdamOptions>{{std::move(parameters), options}}) {}

Adam::Adam(const ParameterGroups<AdamOptions>& groups) : AdamBase(groups, Decay::in_gradient) {}

AdamBase::AdamBase(const ParameterGroups<AdamOptions>& groups, Decay decay)
    : GroupedOptimizer(decay == Decay::decoupled ? "AdamW" : "Adam", groups, check),
      decay_(decay),
      moments_(parameters().size()) {}

void AdamBase::update(std::size_t index, Parameter& parameter) {
  const AdamOptions& options = options_of(index);
  Moments& moments = moments_[index];
  if (moments.t == 0) {
    const Shape& shape = parameter.value.shape();
    moments.m = FixedTensor(shape);
    moments.v = FixedTensor(shape);
    if (options.amsgrad) moments.v_max = FixedTensor(shape);
  }
  const auto real = [](double number) { return static_cast<Real>(number); };
  const bool decoupled = decay_ == Decay::decoupled;
  kernels::AdamStep step{.keep_m = real(options.beta1),
                         .add_m = real(1 - options.beta1),
                         .keep_v = real(options.beta2),
                         .add_v = real(1 - options.beta2),
                         .epsilon = real(options.epsilon),
                         .weight_decay = decoupled ? Real{0} : real(options.weight_decay),
                         .decay = decoupled ? real(options.learning_rate * options.weight_decay) : Real{0}};
  ++moments.t;
  step.step_size = real(options.learning_rate / average_weight(step.keep_m, step.add_m, moments.t));
  step.root_factor = real(1 / std::sqrt(average_weight(step.keep_v, step.add_v, moments.t)));
  Real *gradient = parameter.grad.data(), *m = moments.m.data(), *v = moments.v.data(),
       *v_max = options.amsgrad ? moments.v_max.data() : nullptr, *values = parameter.value.data();
  parallel_for(parameter.value.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::adam(step, gradient + begin, m + begin, v + begin, v_max != nullptr ? v_max + begin : nullptr,
                  values + begin, end - begin);
  });
}

void AdamBase::visit_state(StateVisitor& visitor) {
  GroupedOptimizer::visit_state(visitor);
  for (std::size_t group = 0; group < num_groups(); ++group) {
    const AdamOptions& o = options(group);
    const std::string prefix = group_prefix(group);
    visit_option(visitor, prefix + "beta2", o.beta2);
    visit_option(visitor, prefix + "epsilon", o.epsilon);
    visit_option(visitor, prefix + "weight_decay", o.weight_decay);
    visit_option(visitor, prefix + "amsgrad", o.amsgrad);
  }
  for (std::size_t i = 0; i < moments_.size(); ++i) {
    const auto& [name, value, parameter] = parameters()[i];
    visitor.visit("t." + name, moments_[i].t);
    visitor.visit("m." + name, moments_[i].m, value->shape());
    visitor.visit("v." + name, moments_[i].v, value->shape());
    visitor.visit("v_max." + name, moments_[i].v_max, value->shape());
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
