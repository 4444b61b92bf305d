#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/optim/detail/check_option.hpp>
#include <minnow/optim/detail/sgd_kernel.hpp>
#include <minnow/optim/detail/visit_option.hpp>
#include <minnow/optim/sgd.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

void check(const std::string& who, const SGDOptions& options) {
  check_not_negative(who, "learning_rate", options.learning_rate);
  check_not_negative(who, "momentum", options.momentum);
  check_not_negative(who, "weight_decay", options.weight_decay);
  if (!std::isfinite(options.dampening))
    throw ValueError(format_text("{}: expected dampening to be finite, got {}.", who, options.dampening));
  if (options.nesterov && (options.momentum == 0 || options.dampening != 0))
    throw ValueError(
        format_text("{}: expected momentum above 0 and dampening 0 with nesterov, got momentum {} and dampening {}.",
                    who, options.momentum, options.dampening));
}

}  // namespace

SGD::SGD(std::vector<NamedTensor> parameters, const SGDOptions& options)
    : SGD(ParameterGroups<SGDOptions>{{std::move(parameters), options}}) {}

SGD::SGD(const ParameterGroups<SGDOptions>& groups)
    : GroupedOptimizer("SGD", groups, check), momentum_(parameters().size()) {}

void SGD::update(std::size_t index, Parameter& parameter) {
  const SGDOptions& options = options_of(index);
  FixedTensor& buffer = momentum_[index];
  const bool first = !buffer.has_shape();
  if (first && options.momentum != 0) buffer = FixedTensor(parameter.value.shape());
  const auto value = [](double option) { return static_cast<Real>(option); };
  const kernels::SGDStep step{.learning_rate = value(options.learning_rate),
                              .momentum = value(options.momentum),
                              .keep = first ? Real{0} : value(options.momentum),
                              .add = first ? Real{1} : value(1 - options.dampening),
                              .weight_decay = value(options.weight_decay),
                              .nesterov = options.nesterov};
  Real *gradient = parameter.grad.data(), *momentum = buffer.data(), *values = parameter.value.data();
  parallel_for(parameter.value.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::sgd(step, gradient + begin, momentum + begin, values + begin, end - begin);
  });
}

void SGD::visit_state(StateVisitor& visitor) {
  GroupedOptimizer::visit_state(visitor);
  for (std::size_t group = 0; group < num_groups(); ++group) {
    const SGDOptions& o = options(group);
    const std::string prefix = group_prefix(group);
    visit_option(visitor, prefix + "dampening", o.dampening);
    visit_option(visitor, prefix + "weight_decay", o.weight_decay);
    visit_option(visitor, prefix + "nesterov", o.nesterov);
  }
  for (std::size_t i = 0; i < momentum_.size(); ++i)
    visitor.visit("momentum." + parameters()[i].name, momentum_[i], parameters()[i].value->shape());
}

}  // namespace minnow::inline MINNOW_PRECISION
