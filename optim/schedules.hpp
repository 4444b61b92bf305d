#pragma once

#include <minnow/optim/optimizer.hpp>

namespace minnow::inline MINNOW_PRECISION {

// Schedules for optimizer.set_schedule: functions of a group's initial rates and the step. Their values are the values
// of torch.optim.lr_scheduler, in closed form. Below, r is the initial learning rate of the group and t the step. Each
// function throws ValueError if an option is out of range. A schedule of your own is a lambda:
//   [](Rates rates, std::uint64_t t) { rates.learning_rate *= std::pow(0.99, t); return rates; }

struct StepLROptions {
  std::uint64_t step_size;
  double gamma = 0.1;
};
/// Returns the schedule r gamma^floor(t / step_size), PyTorch's StepLR.
MINNOW_API Schedule step_lr(const StepLROptions& options);

struct CosineAnnealingOptions {
  std::uint64_t total_steps;     // T_max
  double min_learning_rate = 0;  // eta_min
};
/// Returns the schedule min + (r - min) (1 + cos(pi t / total_steps)) / 2, PyTorch's CosineAnnealingLR. It rises again
/// after total_steps.
MINNOW_API Schedule cosine_annealing(const CosineAnnealingOptions& options);

struct LinearWarmupOptions {
  std::uint64_t total_steps;
  double start_factor = 1.0 / 3;
  double end_factor = 1;
};
/// Returns the schedule r (start + (end - start) min(1, t / total_steps)), PyTorch's LinearLR.
MINNOW_API Schedule linear_warmup(const LinearWarmupOptions& options);

enum class Anneal { cosine, linear };
struct OneCycleOptions {
  std::uint64_t total_steps;
  double pct_start = 0.3;          // fraction of the steps in which the rate rises
  Anneal anneal = Anneal::cosine;  // interpolation between two values
  bool cycle_momentum = true;      // lower momentum, or Adam's beta1, while the rate rises
  double base_momentum = 0.85;
  double max_momentum = 0.95;
  double div_factor = 25;         // the first rate is r / div_factor
  double final_div_factor = 1e4;  // the last rate is r / div_factor / final_div_factor
};
/// Returns a schedule that rises to r, PyTorch's max_lr, and falls again: OneCycleLR (Smith and Topin, 2018). After
/// total_steps it stays at its last rate.
MINNOW_API Schedule one_cycle(const OneCycleOptions& options);

/// Returns a schedule that runs `schedules` one after another, each from its own step 0: PyTorch's SequentialLR.
/// Schedule i + 1 starts at step milestones[i].
MINNOW_API Schedule sequence(std::vector<Schedule> schedules, std::vector<std::uint64_t> milestones);

/// Returns a schedule that applies each of `schedules` to the rates of the previous one: PyTorch's ChainedScheduler.
MINNOW_API Schedule chain(std::vector<Schedule> schedules);

/// Returns a schedule that passes the epoch, floor(t / steps_per_epoch), to `schedule` as the step.
MINNOW_API Schedule per_epoch(std::uint64_t steps_per_epoch, Schedule schedule);

}  // namespace minnow::inline MINNOW_PRECISION
