#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/optim/detail/check_option.hpp>
#include <minnow/optim/detail/rmsprop_kernel.hpp>
#include <minnow/optim/detail/visit_option.hpp>
#include <minnow/optim/rmsprop.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

void check(const std::string& who, const RMSpropOptions& options) {
  check_not_negative(who, "learning_rate", options.learning_rate);
  check_below_one(who, "alpha", options.alpha);
  check_not_negative(who, "epsilon", options.epsilon);
  check_not_negative(who, "weight_decay", options.weight_decay);
  check_not_negative(who, "momentum", options.momentum);
}

}  // namespace

RMSprop::RMSprop(std::vector<NamedTensor> parameters, const RMSpropOptions& options)
    : RMSprop(ParameterGroups<RMSpropOptions>{{std::move(parameters), options}}) {}

RMSprop::RMSprop(const ParameterGroups<RMSpropOptions>& groups)
    : GroupedOptimizer("RMSprop", groups, check), averages_(parameters().size()) {}

void RMSprop::update(std::size_t index, Parameter& parameter) {
  const RMSpropOptions& options = options_of(index);
  const Shape& shape = parameter.value.shape();
  Averages& averages = averages_[index];
  if (!averages.square.has_shape()) {
    averages.square = FixedTensor(shape);
    if (options.centered) averages.mean = FixedTensor(shape);
  }
  // At the first step, or later if a schedule sets a momentum.
  if (options.momentum != 0 && !averages.buffer.has_shape()) averages.buffer = FixedTensor(shape);
  const auto real = [](double number) { return static_cast<Real>(number); };
  const kernels::RMSpropStep step{.learning_rate = real(options.learning_rate),
                                  .keep = real(options.alpha),
                                  .add = real(1 - options.alpha),
                                  .epsilon = real(options.epsilon),
                                  .momentum = real(options.momentum),
                                  .weight_decay = real(options.weight_decay)};
  Real *gradient = parameter.grad.data(), *square = averages.square.data(), *values = parameter.value.data(),
       *mean = options.centered ? averages.mean.data() : nullptr,
       *buffer = options.momentum != 0 ? averages.buffer.data() : nullptr;
  parallel_for(parameter.value.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::rmsprop(step, gradient + begin, square + begin, mean != nullptr ? mean + begin : nullptr,
                     buffer != nullptr ? buffer + begin : nullptr, values + begin, end - begin);
  });
}

void RMSprop::visit_state(StateVisitor& visitor) {
  GroupedOptimizer::visit_state(visitor);
  for (std::size_t group = 0; group < num_groups(); ++group) {
    const RMSpropOptions& o = options(group);
    const std::string prefix = group_prefix(group);
    visit_option(visitor, prefix + "alpha", o.alpha);
    visit_option(visitor, prefix + "epsilon", o.epsilon);
    visit_option(visitor, prefix + "weight_decay", o.weight_decay);
    visit_option(visitor, prefix + "centered", o.centered);
  }
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    const auto& [name, value, parameter] = parameters()[i];
    visitor.visit("square." + name, averages_[i].square, value->shape());
    visitor.visit("mean." + name, averages_[i].mean, value->shape());
    visitor.visit("momentum." + name, averages_[i].buffer, value->shape());
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
