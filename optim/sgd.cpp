#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
#include <minnow/core/parallel.hpp>
#include <minnow/optim/sgd.hpp>
#include <minnow/optim/sgd_kernel.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

void check(const char* option, double value) {
  if (!(value >= 0) || !std::isfinite(value))
    throw ValueError(format_text("SGD: expected {} to be at least 0 and finite, got {}.", option, value));
}

void check(const SGDOptions& options) {
  check("learning_rate", options.learning_rate);
  check("momentum", options.momentum);
  check("weight_decay", options.weight_decay);
  if (!std::isfinite(options.dampening))
    throw ValueError(format_text("SGD: expected dampening to be finite, got {}.", options.dampening));
  if (options.nesterov && (options.momentum == 0 || options.dampening != 0))
    throw ValueError(
        format_text("SGD: expected momentum above 0 and no dampening with nesterov, got momentum {} and dampening {}.",
                    options.momentum, options.dampening));
}

}  // namespace

// The options are checked before the base class claims the parameters.
SGD::SGD(std::vector<NamedTensor> parameters, const SGDOptions& options)
    : Optimizer((check(options), std::move(parameters))), options_(options), momentum_(this->parameters().size()) {}

void SGD::set_learning_rate(double learning_rate) {
  check("learning_rate", learning_rate);
  options_.learning_rate = learning_rate;
}

void SGD::update(std::size_t index, Parameter& parameter) {
  const Shape& shape = parameter.value.shape();
  Momentum& momentum = momentum_[index];
  if (parameter.grad.shape() != shape || (momentum.started && momentum.buffer.shape() != shape))
    throw ShapeError(format_text("SGD: expected {} to keep its shape, got {} after the optimizer was built.",
                                 parameters()[index].name, to_string(shape)));
  const bool first = !momentum.started;
  if (first && options_.momentum != 0) {
    resize(momentum.buffer, shape);
    momentum.started = true;
  }
  const auto value = [](double option) { return static_cast<Real>(option); };
  const kernels::SGDStep step{.learning_rate = value(options_.learning_rate),
                              .momentum = value(options_.momentum),
                              .keep = first ? Real{0} : value(options_.momentum),
                              .take = first ? Real{1} : value(1 - options_.dampening),
                              .weight_decay = value(options_.weight_decay),
                              .nesterov = options_.nesterov};
  Real *gradient = parameter.grad.data(), *buffer = momentum.buffer.data(), *values = parameter.value.data();
  parallel_for(parameter.value.size(), light_piece, [&](std::size_t begin, std::size_t end) {
    kernels::sgd(step, gradient + begin, buffer + begin, values + begin, end - begin);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
