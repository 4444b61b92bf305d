#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/snapshot.hpp>
#include <minnow/core/threading/denormals.hpp>
#include <minnow/training/detail/same_model.hpp>
#include <minnow/training/detail/training_step.hpp>
#include <minnow/training/find_learning_rate.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

void check_range(const FindLearningRateOptions& o) {
  if (!(o.lowest > 0) || !(o.highest > o.lowest) || std::isinf(o.highest))
    throw ValueError(
        format_text("find_learning_rate: expected rates 0 < lowest < highest, got {} and {}.", o.lowest, o.highest));
  if (o.steps < 2) throw ValueError(format_text("find_learning_rate: expected at least 2 steps, got {}.", o.steps));
  if (!(o.smoothing >= 0 && o.smoothing < 1))
    throw ValueError(format_text("find_learning_rate: expected a smoothing in [0, 1), got {}.", o.smoothing));
}

/// Restores the state and the schedule when it is destroyed.
class RestoredRun {
 public:
  RestoredRun(Layer& model, Optimizer& optimizer, DataLoader& loader)
      : model_(model),
        optimizer_(optimizer),
        loader_(loader),
        schedule_(optimizer.schedule()),
        before_(model, optimizer, loader) {}
  RestoredRun(const RestoredRun&) = delete;
  RestoredRun& operator=(const RestoredRun&) = delete;
  ~RestoredRun() {
    try {
      optimizer_.set_schedule(schedule_);  // its start, too, is part of the snapshot
    } catch (...) {                        // a schedule that throws was set by the program, which meets it again
    }
    try {
      before_.restore(model_, optimizer_, loader_);
    } catch (...) {  // the objects are those that were saved
    }
  }

 private:
  Layer& model_;
  Optimizer& optimizer_;
  DataLoader& loader_;
  Schedule schedule_;
  Snapshot before_;
};

/// Returns a tenth of the rate of the lowest loss, or NaN if that is the first loss.
double rate_below_the_lowest_loss(const LearningRateCurve& curve) {
  const auto lowest = std::min_element(curve.losses.begin(), curve.losses.end());
  if (lowest == curve.losses.begin()) return std::numeric_limits<double>::quiet_NaN();
  return curve.rates[static_cast<std::size_t>(lowest - curve.losses.begin())] / 10;
}

}  // namespace

LearningRateCurve find_learning_rate(Layer& model, Loss& loss, Optimizer& optimizer, DataLoader& loader,
                                     const FindLearningRateOptions& options) {
  check_range(options);
  check_same_model("find_learning_rate", model, optimizer, nullptr);
  if (loader.size() == 0) throw ValueError("find_learning_rate: expected a loader with at least one batch, got none.");
  constexpr double diverged = 4;
  const FlushDenormals flush;
  const RestoredRun restored(model, optimizer, loader);
  const double growth = std::pow(options.highest / options.lowest, 1 / static_cast<double>(options.steps - 1));
  const double first_rate = optimizer.initial_rates().learning_rate;
  const auto rate_of = [&](std::uint64_t step) { return options.lowest * std::pow(growth, static_cast<double>(step)); };
  optimizer.set_schedule([&](Rates rates, std::uint64_t step) {
    rates.learning_rate = rate_of(step) * (first_rate > 0 ? rates.learning_rate / first_rate : 1);
    return rates;
  });
  TrainingStep step(model, loss, optimizer, std::numeric_limits<double>::infinity());
  RunningEvaluation running({});
  LearningRateCurve curve;
  double mean = 0, weight = 0, lowest = std::numeric_limits<double>::infinity();
  const auto train = [&](const Batch& batch) {  // returns false if the loss diverges
    running.restart({});
    step.run(batch, 0, 1, running, {});
    mean = options.smoothing * mean + (1 - options.smoothing) * running.loss();
    weight = options.smoothing * weight + 1 - options.smoothing;
    curve.rates.push_back(rate_of(curve.rates.size()));
    curve.losses.push_back(mean / weight);
    lowest = std::min(lowest, curve.losses.back());
    return curve.losses.back() <= diverged * lowest && curve.rates.size() < options.steps;
  };
  try {
    for (bool goes_on = true; goes_on;)
      for (const Batch& batch : loader)
        if (goes_on = train(batch); !goes_on) break;
  } catch (const NonFiniteError&) {  // the curve ends before this step
  }
  curve.suggestion = rate_below_the_lowest_loss(curve);
  return curve;
}

}  // namespace minnow::inline MINNOW_PRECISION
