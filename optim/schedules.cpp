#include <minnow/optim/detail/check_option.hpp>
#include <minnow/optim/schedules.hpp>

#include <algorithm>
#include <numbers>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using std::numbers::pi;
using Steps = std::uint64_t;

void check_steps(const char* who, const char* option, Steps steps) {
  if (steps == 0) throw ValueError(format_text("{}: expected {} to be at least 1, got 0.", who, option));
}

void check_schedule(const char* who, const Schedule& schedule) {
  if (schedule == nullptr) throw ValueError(format_text("{}: expected a schedule, got null.", who));
}

/// Interpolates from `start`, at fraction 0, to `end`, at fraction 1.
double interpolate(Anneal anneal, double start, double end, double fraction) {
  if (anneal == Anneal::linear) return start + (end - start) * fraction;
  return end + (start - end) / 2 * (1 + std::cos(pi * fraction));
}

}  // namespace

Schedule step_lr(const StepLROptions& options) {
  check_steps("step_lr", "step_size", options.step_size);
  check_not_negative("step_lr", "gamma", options.gamma);
  return [options](Rates rates, Steps t) {
    rates.learning_rate *= std::pow(options.gamma, static_cast<double>(t / options.step_size));
    return rates;
  };
}

Schedule cosine_annealing(const CosineAnnealingOptions& options) {
  check_steps("cosine_annealing", "total_steps", options.total_steps);
  check_not_negative("cosine_annealing", "min_learning_rate", options.min_learning_rate);
  return [options](Rates rates, Steps t) {
    const Steps half = t / options.total_steps, step = t % options.total_steps;  // the rate rises in odd halves
    const Steps at = half % 2 == 0 ? step : options.total_steps - step;
    const double fraction = static_cast<double>(at) / static_cast<double>(options.total_steps);
    rates.learning_rate = interpolate(Anneal::cosine, rates.learning_rate, options.min_learning_rate, fraction);
    return rates;
  };
}

Schedule linear_warmup(const LinearWarmupOptions& options) {
  check_steps("linear_warmup", "total_steps", options.total_steps);
  check_fraction("linear_warmup", "start_factor", options.start_factor);
  check_fraction("linear_warmup", "end_factor", options.end_factor);
  return [options](Rates rates, Steps t) {
    const double fraction =
        static_cast<double>(std::min(t, options.total_steps)) / static_cast<double>(options.total_steps);
    rates.learning_rate *= interpolate(Anneal::linear, options.start_factor, options.end_factor, fraction);
    return rates;
  };
}

Schedule one_cycle(const OneCycleOptions& options) {
  check_steps("one_cycle", "total_steps", options.total_steps);
  check_fraction("one_cycle", "pct_start", options.pct_start);
  check_positive("one_cycle", "div_factor", options.div_factor);
  check_positive("one_cycle", "final_div_factor", options.final_div_factor);
  check_below_one("one_cycle", "base_momentum", options.base_momentum);
  check_below_one("one_cycle", "max_momentum", options.max_momentum);
  return [options](const Rates& peak, Steps t) {
    const double last = static_cast<double>(options.total_steps) - 1;
    const double step = std::min(static_cast<double>(t), last);
    const double top = options.pct_start * static_cast<double>(options.total_steps) - 1;  // not always an integer
    const Rates start{peak.learning_rate / options.div_factor, options.max_momentum};
    const Rates middle{peak.learning_rate, options.base_momentum};
    const Rates end{start.learning_rate / options.final_div_factor, options.max_momentum};
    const bool rises = step <= top;
    const Rates &from = rises ? start : middle, &to = rises ? middle : end;
    const double begins = rises ? 0 : top, ends = rises ? top : last;
    const double fraction = begins == ends ? 1 : (step - begins) / (ends - begins);
    return Rates{
        interpolate(options.anneal, from.learning_rate, to.learning_rate, fraction),
        options.cycle_momentum ? interpolate(options.anneal, from.momentum, to.momentum, fraction) : peak.momentum};
  };
}

Schedule sequence(std::vector<Schedule> schedules, std::vector<std::uint64_t> milestones) {
  for (const Schedule& schedule : schedules) check_schedule("sequence", schedule);
  if (schedules.size() != milestones.size() + 1)
    throw ValueError(
        format_text("sequence: expected one milestone fewer than schedules, got {} schedules and {} "
                    "milestones.",
                    schedules.size(), milestones.size()));
  if (std::adjacent_find(milestones.begin(), milestones.end(), std::greater_equal<>()) != milestones.end())
    throw ValueError(
        "sequence: expected strictly increasing milestones, got a milestone that is not above the previous one.");
  return [schedules = std::move(schedules), milestones = std::move(milestones)](const Rates& rates, Steps t) {
    const auto next = std::upper_bound(milestones.begin(), milestones.end(), t);
    const auto index = static_cast<std::size_t>(next - milestones.begin());
    return schedules[index](rates, index == 0 ? t : t - milestones[index - 1]);
  };
}

Schedule chain(std::vector<Schedule> schedules) {
  for (const Schedule& schedule : schedules) check_schedule("chain", schedule);
  return [schedules = std::move(schedules)](Rates rates, Steps t) {
    for (const Schedule& schedule : schedules) rates = schedule(rates, t);
    return rates;
  };
}

Schedule per_epoch(std::uint64_t steps_per_epoch, Schedule schedule) {
  check_steps("per_epoch", "steps_per_epoch", steps_per_epoch);
  check_schedule("per_epoch", schedule);
  return [steps_per_epoch, schedule = std::move(schedule)](const Rates& rates, Steps t) {
    return schedule(rates, t / steps_per_epoch);
  };
}

}  // namespace minnow::inline MINNOW_PRECISION
