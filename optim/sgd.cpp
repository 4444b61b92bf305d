#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/optim/detail/check_option.hpp>
#include <minnow/optim/detail/sgd_kernel.hpp>
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
        format_text("{}: expected momentum above 0 and no dampening with nesterov, got momentum {} and dampening {}.",
                    who, options.momentum, options.dampening));
}

}  // namespace

SGD::SGD(std::vector<NamedTensor> parameters, const SGDOptions& options)
    : SGD(ParameterGroups<SGDOptions>{{std::move(parameters), options}}) {}

SGD::SGD(const ParameterGroups<SGDOptions>& groups)
    : GroupedOptimizer("SGD", groups, check), momentum_(parameters().size()) {}

void SGD::update(std::size_t index, Parameter& parameter) {
  const SGDOptions& options = options_of(index);
  const Shape& shape = parameter.value.shape();
  Momentum& momentum = momentum_[index];
  if (parameter.grad.shape() != shape || (momentum.started && momentum.buffer.shape() != shape))
    throw ShapeError(format_text("SGD: expected {} to keep its shape, got {} after the optimizer was built.",
                                 parameters()[index].name, to_string(shape)));
  const bool first = !momentum.started;
  if (first && options.momentum != 0) {
    resize(momentum.buffer, shape);
    momentum.started = true;
  }
  const auto value = [](double option) { return static_cast<Real>(option); };
  const kernels::SGDStep step{.learning_rate = value(options.learning_rate),
                              .momentum = value(options.momentum),
                              .keep = first ? Real{0} : value(options.momentum),
                              .take = first ? Real{1} : value(1 - options.dampening),
                              .weight_decay = value(options.weight_decay),
                              .nesterov = options.nesterov};
  Real *gradient = parameter.grad.data(), *buffer = momentum.buffer.data(), *values = parameter.value.data();
  parallel_for(parameter.value.size(), light_piece, [&](std::size_t begin, std::size_t end) {
    kernels::sgd(step, gradient + begin, buffer + begin, values + begin, end - begin);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
