#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/denormals.hpp>
#include <minnow/optim/clip_gradients.hpp>
#include <minnow/training/detail/forward_state.hpp>
#include <minnow/training/detail/model_pass.hpp>
#include <minnow/training/detail/running_evaluation.hpp>
#include <minnow/training/find_non_finite.hpp>
#include <minnow/training/fit.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double infinity = std::numeric_limits<double>::infinity();

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void check_same_model(Layer& model, const Optimizer& optimizer, const EMA* ema) {
  const std::vector<NamedTensor> of_model = model.parameters();
  const auto is_of_model = [&](const NamedTensor& entry) {
    return std::any_of(of_model.begin(), of_model.end(),
                       [&](const auto& other) { return other.parameter == entry.parameter; });
  };
  const auto& optimized = optimizer.parameters();
  const bool optimizer_is = std::any_of(optimized.begin(), optimized.end(), is_of_model);
  if (!optimizer_is || (ema != nullptr && !ema->is_of(model)))
    throw ValueError(
        format_text("fit: expected an {} built on this model, got one of another. A copy of a model needs its own.",
                    optimizer_is ? "EMA" : "optimizer"));
}

Progress start_progress(const DataLoader& loader, const FitOptions& options) {
  Progress progress;
  progress.epochs = options.epochs;
  progress.steps = loader.size();
  progress.total_samples = loader.num_samples();
  progress.metrics = MetricValues(options.metrics);
  if (progress.steps == 0) throw ValueError("fit: expected a loader with at least one batch, got none.");
  return progress;
}

/// The objects of a training run.
struct Training {
  Training(Layer& its_model, Loss& its_loss, Optimizer& its_optimizer, const FitOptions& its_options)
      : model(its_model),
        loss(its_loss),
        optimizer(its_optimizer),
        options(its_options),
        pass(model, {.mode = Mode::train}),
        before_step(model),
        running(options.metrics) {}

  Layer& model;
  Loss& loss;
  Optimizer& optimizer;
  const FitOptions& options;
  ModelPass pass;
  ForwardState before_step;
  RunningEvaluation running;
};

[[noreturn]] void throw_non_finite(const Training& run, const Batch& batch, double loss, const Progress& progress) {
  const std::string where = find_non_finite(run.model, batch, run.pass.y(), run.pass.context());
  const bool in_data = where.starts_with("in the ") && where != "in the loss";
  throw NonFiniteError(format_text("fit: expected a finite loss, got {} at epoch {}, step {}; it arose {}. {}.",
                                   std::isnan(loss) ? "nan" : "infinity", progress.epoch, progress.step, where,
                                   in_data ? "Check the data" : "Try a lower learning rate"));
}

/// Performs a training step. If it throws, the model is as before the step.
void train(Training& run, const Batch& batch, const Progress& progress) try {
  run.before_step.save();
  const Tensor& scores = run.pass.forward(batch.inputs);
  const double value = run.loss.forward(scores, batch.targets, batch.weights);
  if (!std::isfinite(value) && !run.loss.counted_nothing()) throw_non_finite(run, batch, value, progress);
  run.running.add(run.loss, scores, batch);
  run.pass.backward(run.loss.backward());
  if (run.options.clip_norm != infinity) clip_grad_norm(run.optimizer, run.options.clip_norm, true);
  run.optimizer.step();
} catch (...) {
  run.before_step.restore();
  throw;
}

/// Throws ShapeError if the last batch of an epoch has one sample and the model refuses one sample, as BatchNorm1d
/// does. Runs the model on the first sample of `first`, the first batch, and restores it.
void check_last_batch(Training& run, const Batch& first, const Progress& progress) {
  if (first.size() < 2 || first.size() * (progress.steps - 1) + 1 != progress.total_samples) return;
  Shape shape = first.inputs.shape();
  shape[0] = 1;
  const Tensor sample = from({first.inputs.data(), num_elements(shape)}, shape);
  const RestoreAtExit restore(run.before_step);
  try {
    run.pass.forward(sample);
  } catch (const std::exception& error) {
    run.pass.forward(first.inputs);  // throws its own error if the model refuses every batch
    throw ShapeError(
        format_text("fit: expected a last batch that the model accepts, got 1 sample ({} in batches of {}). Set "
                    "drop_last or another batch_size. {}",
                    progress.total_samples, first.size(), error.what()));
  }
}

}  // namespace

void fit(Layer& model, Loss& loss, Optimizer& optimizer, DataLoader& loader, const FitOptions& options) {
  const auto start = Clock::now();
  const FlushDenormals flush;
  check_same_model(model, optimizer, options.ema);
  Progress progress = start_progress(loader, options);
  Training run(model, loss, optimizer, options);
  for (progress.epoch = 1; progress.epoch <= options.epochs; ++progress.epoch) {
    const auto epoch_start = Clock::now();
    run.running.restart(options.metrics);
    progress.step = 0;
    for (const Batch& batch : loader) {
      ++progress.step;
      if (progress.epoch == 1 && progress.step == 1) check_last_batch(run, batch, progress);
      train(run, batch, progress);
      if (options.ema != nullptr) options.ema->update();

      progress.samples = run.running.samples();
      progress.loss = run.running.loss();
      progress.metrics.update(run.running.metrics());
      progress.epoch_seconds = seconds_since(epoch_start);
      progress.seconds = seconds_since(start);
      if (options.on_step) options.on_step(progress);
    }
    if (options.on_epoch && !options.on_epoch(progress)) return;
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
