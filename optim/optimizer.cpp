#include <minnow/core/error.hpp>
#include <minnow/optim/optimizer.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

Optimizer::Optimizer(std::vector<NamedTensor> parameters) : parameters_(std::move(parameters)) {
  if (parameters_.empty()) throw ValueError("Optimizer: expected at least one parameter, got a model without any.");
  for (auto entry = parameters_.begin(); entry != parameters_.end(); ++entry) {
    if (entry->parameter == nullptr)
      throw ValueError("Optimizer: expected parameters, got the buffer " + entry->name + ". Pass model.parameters().");
    if (std::any_of(parameters_.begin(), entry,
                    [&](const auto& earlier) { return earlier.parameter == entry->parameter; }))
      throw ValueError("Optimizer: expected each parameter once, got " + entry->name + " twice.");
  }
  for (const NamedTensor& entry : parameters_) entry.parameter->set_in_optimizer();
}

Optimizer::~Optimizer() = default;

void Optimizer::step() {
  ++steps_;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& parameter = *parameters_[i].parameter;
    if (parameter.trainable && parameter.has_gradient()) update(i, parameter);
    parameter.clear_gradient();
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
