#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
#include <minnow/core/parallel.hpp>
#include <minnow/optim/adam.hpp>
#include <minnow/optim/adam_kernel.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

void check(const char* name, const char* option, double value) {
  if (!(value >= 0) || !std::isfinite(value))
    throw ValueError(format_text("{}: expected {} to be at least 0 and finite, got {}.", name, option, value));
}

void check_beta(const char* name, const char* option, double value) {
  if (!(value >= 0 && value < 1))
    throw ValueError(format_text("{}: expected {} to be at least 0 and below 1, got {}.", name, option, value));
}

void check(const char* name, const AdamOptions& options) {
  check(name, "learning_rate", options.learning_rate);
  check_beta(name, "beta1", options.beta1);
  check_beta(name, "beta2", options.beta2);
  check(name, "epsilon", options.epsilon);
  check(name, "weight_decay", options.weight_decay);
}

}  // namespace

Adam::Adam(std::vector<NamedTensor> parameters, const AdamOptions& options)
    : Adam(std::move(parameters), options, Decay::in_gradient) {}

// The options are checked before the base class claims the parameters.
Adam::Adam(std::vector<NamedTensor> parameters, const AdamOptions& options, Decay decay)
    : Optimizer((check(name(decay), options), std::move(parameters))),
      options_(options),
      decay_(decay),
      moments_(this->parameters().size()) {}

void Adam::set_learning_rate(double learning_rate) {
  check(name(decay_), "learning_rate", learning_rate);
  options_.learning_rate = learning_rate;
}

void Adam::update(std::size_t index, Parameter& parameter) {
  const Shape& shape = parameter.value.shape();
  Moments& moments = moments_[index];
  const bool first = moments.m_weight == 0;
  if (parameter.grad.shape() != shape || (!first && moments.m.shape() != shape))
    throw ShapeError(format_text("{}: expected {} to keep its shape, got {} after the optimizer was built.",
                                 name(decay_), parameters()[index].name, to_string(shape)));
  if (first) {
    moments.m = zeros(shape);
    moments.v = zeros(shape);
    if (options_.amsgrad) moments.v_max = zeros(shape);
  }
  const auto real = [](double number) { return static_cast<Real>(number); };
  const bool decoupled = decay_ == Decay::decoupled;
  kernels::AdamStep step{.keep_m = real(options_.beta1),
                         .take_m = real(1 - options_.beta1),
                         .keep_v = real(options_.beta2),
                         .take_v = real(1 - options_.beta2),
                         .epsilon = real(options_.epsilon),
                         .weight_decay = decoupled ? Real{0} : real(options_.weight_decay),
                         .decay = decoupled ? real(options_.learning_rate * options_.weight_decay) : Real{0}};
  // By the factors as rounded to Real: m and v hold that rounding too, and it divides out. Nothing cancels, as 1 -
  // beta^t.
  moments.m_weight = step.keep_m * moments.m_weight + step.take_m;
  moments.v_weight = step.keep_v * moments.v_weight + step.take_v;
  step.step_size = real(options_.learning_rate / moments.m_weight);
  step.root_factor = real(1 / std::sqrt(moments.v_weight));
  Real *gradient = parameter.grad.data(), *m = moments.m.data(), *v = moments.v.data(),
       *v_max = options_.amsgrad ? moments.v_max.data() : nullptr, *values = parameter.value.data();
  parallel_for(parameter.value.size(), light_piece, [&](std::size_t begin, std::size_t end) {
    kernels::adam(step, gradient + begin, m + begin, v + begin, v_max != nullptr ? v_max + begin : nullptr,
                  values + begin, end - begin);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
