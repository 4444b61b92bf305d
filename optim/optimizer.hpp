#pragma once

#include <minnow/core/parameter.hpp>
#include <minnow/core/state_visitor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// What a schedule changes.
struct Rates {
  double learning_rate = 0;
  double momentum = 0;  // beta1 of Adam and AdamW
};

/// The rates of step number `step`, which counts from 0, given those the user set. schedules.hpp has PyTorch's.
using Schedule = std::function<Rates(const Rates& initial, std::uint64_t step)>;

/// Changes parameters along their gradients. Built from model.parameters(), which must outlive it; its state is a
/// vector parallel to them. Parameters that share options are a group; see GroupedOptimizer.
class MINNOW_API Optimizer {
 public:
  /// Throws ValueError when there is nothing to optimize, a parameter comes twice or belongs to another optimizer.
  explicit Optimizer(std::vector<NamedTensor> parameters);
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;  // two would both claim the parameters
  Optimizer& operator=(const Optimizer&) = delete;

  /// Applies the gradients, once per batch. Frozen parameters and those without a gradient since the last step are left
  /// alone. Afterwards every gradient is stale: the next backward starts afresh. Throws Error when there is no gradient
  /// at all: backward did not run, or ran on a copy of the model.
  void step();

  /// How often step() was called.
  std::uint64_t steps() const { return steps_; }

  const std::vector<NamedTensor>& parameters() const { return parameters_; }

  /// Visits the number of steps, the rates of each group, and what the optimizer keeps for each parameter. A schedule
  /// is a function: the program sets it again before a state is restored, and it goes on at the restored step.
  virtual void visit_state(StateVisitor& visitor);

  /// The next step is step 0 of the schedule, the one after it 1, and so on; each group is scaled from its own initial
  /// rates. Null ends that, and leaves the rates as they are. Throws ValueError when step 0 has rates out of range, and
  /// then changes nothing.
  void set_schedule(Schedule schedule);

  // The rates of a group now, as set by the user, and how to set them. They throw ValueError for a group that is not
  // there, or rates out of range. An optimizer of one's own that has rates overrides them all.
  virtual std::size_t num_groups() const;
  virtual Rates rates(std::size_t group = 0) const;
  virtual Rates initial_rates(std::size_t group = 0) const;
  virtual void set_rates(std::size_t group, const Rates& rates);          // until the schedule sets others
  virtual void set_initial_rates(std::size_t group, const Rates& rates);  // now, and for the schedule to start from

 protected:
  /// Updates parameter number `index`, whose gradient is fresh.
  virtual void update(std::size_t index, Parameter& parameter) = 0;

 private:
  void follow_schedule();

  std::vector<NamedTensor> parameters_;
  std::shared_ptr<void> claim_ = std::make_shared<char>();  // the parameters hold weak pointers to it
  std::uint64_t steps_ = 0;
  Schedule schedule_;
  std::uint64_t schedule_start_ = 0;  // steps() when it was set
};

}  // namespace minnow::inline MINNOW_PRECISION
