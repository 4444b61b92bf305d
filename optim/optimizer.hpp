#pragma once

#include <minnow/core/parameter.hpp>
#include <minnow/core/state_visitor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The options of a group that a schedule changes.
struct Rates {
  double learning_rate = 0;
  double momentum = 0;  // beta1 of Adam and AdamW
};

/// Returns the rates of step `step`, counted from 0, given the rates that the program set. schedules.hpp has PyTorch's
/// schedules.
using Schedule = std::function<Rates(const Rates& initial, std::uint64_t step)>;

/// Updates parameters from their gradients. It is built from model.parameters(); the model must outlive it. Parameters
/// that share options form a group; see GroupedOptimizer.
class MINNOW_API Optimizer {
 public:
  /// Throws ValueError if there are no parameters, or a parameter appears twice or belongs to another optimizer.
  explicit Optimizer(std::vector<NamedTensor> parameters);
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;  // a parameter belongs to one optimizer
  Optimizer& operator=(const Optimizer&) = delete;

  /// Applies the gradients; call it once per batch. Parameters that are frozen or have no fresh gradient stay
  /// unchanged. Afterwards every gradient is stale: the next backward overwrites it. Throws Error if no gradient is
  /// fresh: backward did not run, or ran on a copy of the model.
  void step();

  /// Number of calls to step().
  std::uint64_t steps() const { return steps_; }

  const std::vector<NamedTensor>& parameters() const { return parameters_; }

  /// Visits the number of steps, the options and rates of each group, and the buffers of each parameter. A schedule is
  /// a function and is not part of the state: set the schedule again before restoring, and it continues at the restored
  /// step.
  virtual void visit_state(StateVisitor& visitor);

  /// Sets the schedule; the next step is its step 0. The schedule receives the initial rates of each group. A null
  /// schedule ends the current one and leaves the rates unchanged. Throws ValueError and changes nothing if the rates
  /// of step 0 are out of range.
  void set_schedule(Schedule schedule);

  /// The schedule; null if there is none.
  const Schedule& schedule() const { return schedule_; }

  // The current and the initial rates of each group. The functions throw ValueError if the group does not exist or a
  // rate is out of range. An optimizer of your own with rates overrides all of them; by default they throw Error.
  virtual std::size_t num_groups() const;
  virtual Rates rates(std::size_t group = 0) const;
  virtual Rates initial_rates(std::size_t group = 0) const;
  virtual void set_rates(std::size_t group, const Rates& rates);          // until the next step of a schedule
  virtual void set_initial_rates(std::size_t group, const Rates& rates);  // current and initial rates

 protected:
  /// Updates parameter `index`, whose gradient is fresh.
  virtual void update(std::size_t index, Parameter& parameter) = 0;

 private:
  void follow_schedule();

  std::vector<NamedTensor> parameters_;
  std::shared_ptr<void> claim_ = std::make_shared<char>();  // the parameters have weak pointers to it
  std::uint64_t steps_ = 0;
  Schedule schedule_;
  std::uint64_t schedule_start_ = 0;  // steps() when the schedule was set
};

}  // namespace minnow::inline MINNOW_PRECISION
