#include <minnow/core/error.hpp>
#include <minnow/optim/optimizer.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

Optimizer::Optimizer(std::vector<NamedTensor> parameters) : parameters_(std::move(parameters)) {
  if (parameters_.empty()) throw ValueError("Optimizer: expected at least one parameter, got none.");
  for (auto entry = parameters_.begin(); entry != parameters_.end(); ++entry) {
    if (entry->parameter == nullptr)
      throw ValueError("Optimizer: expected parameters, got the buffer " + entry->name + ". Pass model.parameters().");
    if (std::any_of(parameters_.begin(), entry,
                    [&](const auto& earlier) { return earlier.parameter == entry->parameter; }))
      throw ValueError("Optimizer: expected each parameter once, got " + entry->name + " twice.");
    if (entry->parameter->in_optimizer())
      throw ValueError("Optimizer: expected parameters without an optimizer, got " + entry->name +
                       ", which belongs to another optimizer. Destroy the other optimizer first.");
  }
  for (const NamedTensor& entry : parameters_) entry.parameter->set_optimizer(claim_);
}

Optimizer::~Optimizer() = default;

void Optimizer::step() {
  const auto has_gradient = [](const NamedTensor& entry) { return entry.parameter->has_gradient(); };
  const auto frozen = [](const NamedTensor& entry) { return !entry.parameter->trainable; };
  if (std::none_of(parameters_.begin(), parameters_.end(), has_gradient) &&
      !std::all_of(parameters_.begin(), parameters_.end(), frozen))
    throw Error(
        "Optimizer: expected a backward pass since the last step, got none. Run backward on the model that the "
        "optimizer "
        "was built on, not on a copy.");
  follow_schedule();
  ++steps_;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& parameter = *parameters_[i].parameter;
    if (parameter.trainable && parameter.has_gradient()) update(i, parameter);
    parameter.clear_gradient();
  }
}

void Optimizer::set_schedule(Schedule schedule) {
  std::swap(schedule_, schedule);
  const std::uint64_t start = std::exchange(schedule_start_, steps_);
  std::vector<Rates> before;
  try {
    for (std::size_t group = 0; schedule_ != nullptr && group < num_groups(); ++group) before.push_back(rates(group));
    follow_schedule();
  } catch (...) {
    schedule_ = std::move(schedule);
    schedule_start_ = start;
    for (std::size_t group = 0; group < before.size(); ++group) set_rates(group, before[group]);
    throw;
  }
}

void Optimizer::follow_schedule() {
  if (schedule_ == nullptr) return;
  for (std::size_t group = 0; group < num_groups(); ++group)
    set_rates(group, schedule_(initial_rates(group), steps_ - schedule_start_));
}

void Optimizer::visit_state(StateVisitor& visitor) {
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    visitor.constant("parameter." + std::to_string(i), parameters_[i].name);
  visitor.visit("steps", steps_);
  visitor.visit("schedule_start", schedule_start_);
}

namespace {
[[noreturn]] void throw_no_rates() {
  throw Error(
      "Optimizer: expected an optimizer with rates, got one without. Override num_groups, rates, initial_rates, "
      "set_rates and set_initial_rates.");
}
}  // namespace

std::size_t Optimizer::num_groups() const { return 1; }
Rates Optimizer::rates(std::size_t) const { throw_no_rates(); }
Rates Optimizer::initial_rates(std::size_t) const { throw_no_rates(); }
void Optimizer::set_rates(std::size_t, const Rates&) { throw_no_rates(); }
void Optimizer::set_initial_rates(std::size_t, const Rates&) { throw_no_rates(); }

}  // namespace minnow::inline MINNOW_PRECISION
