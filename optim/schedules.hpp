#pragma once

#include <minnow/optim/optimizer.hpp>

namespace minnow::inline MINNOW_PRECISION {

// Schedules are functions of the step's number and of each group's own rates, for optimizer.set_schedule. They have
// torch.optim.lr_scheduler's values, in closed form. Written r for the group's learning rate and t for the step; all
// throw ValueError for options that make no sense. One of one's own is a lambda:
//   [](Rates rates, std::uint64_t t) { rates.learning_rate *= std::pow(0.99, t); return rates; }

struct StepLROptions {
  std::uint64_t step_size;
  double gamma = 0.1;
};
/// r gamma^floor(t / step_size): StepLR.
MINNOW_API Schedule step_lr(const StepLROptions& options);

struct CosineAnnealingOptions {
  std::uint64_t total_steps;     // T_max
  double min_learning_rate = 0;  // eta_min
};
/// min + (r - min) (1 + cos(pi t / total_steps)) / 2: CosineAnnealingLR, which rises again after total_steps.
MINNOW_API Schedule cosine_annealing(const CosineAnnealingOptions& options);

struct LinearWarmupOptions {
  std::uint64_t total_steps;
  double start_factor = 1.0 / 3;
  double end_factor = 1;
};
/// r (start + (end - start) min(1, t / total_steps)): LinearLR.
MINNOW_API Schedule linear_warmup(const LinearWarmupOptions& options);

enum class Anneal { cosine, linear };
struct OneCycleOptions {
  std::uint64_t total_steps;
  double pct_start = 0.3;          // the share of the steps that rise
  Anneal anneal = Anneal::cosine;  // how it goes from one value to the next
  bool cycle_momentum = true;      // momentum, or Adam's beta1, falls while the rate rises
  double base_momentum = 0.85;
  double max_momentum = 0.95;
  double div_factor = 25;         // starts at r / div_factor
  double final_div_factor = 1e4;  // ends at r / div_factor / final_div_factor, and stays there
};
/// Up to r, which is PyTorch's max_lr, and down: OneCycleLR (Smith and Topin, 2018).
MINNOW_API Schedule one_cycle(const OneCycleOptions& options);

/// One schedule after another, each from its own step 0; number i + 1 begins at step milestones[i]: SequentialLR.
MINNOW_API Schedule sequence(std::vector<Schedule> schedules, std::vector<std::uint64_t> milestones);

/// All at once, each starting from what the last one gives: ChainedScheduler.
MINNOW_API Schedule chain(std::vector<Schedule> schedules);

/// A schedule that counts epochs: the same rates for all of an epoch's steps.
MINNOW_API Schedule per_epoch(std::uint64_t steps_per_epoch, Schedule schedule);

}  // namespace minnow::inline MINNOW_PRECISION
