#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
#include <minnow/training/fit.hpp>
#include <minnow/training/metrics.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The index of the first element that is not finite; size() for none.
std::size_t first_non_finite(const Tensor& tensor) {
  const auto& values = tensor.storage();
  return static_cast<std::size_t>(
      std::find_if_not(values.begin(), values.end(), [](Real v) { return std::isfinite(v); }) - values.begin());
}

}  // namespace

std::string find_non_finite(Sequential& model, const Tensor& inputs) {
  if (const std::size_t at = first_non_finite(inputs); at < inputs.size())
    return format_text("in the inputs, sample {}", at / (inputs.size() / inputs.shape()[0]));
  for (std::size_t i = 0; i < model.size(); ++i) {
    const Tensor& output = model.output(i);
    if (first_non_finite(output) == output.size()) continue;
    const std::string where = format_text("in layer {}, {}", i, model[i].name());
    for (const NamedTensor& entry : model[i].state())
      if (first_non_finite(*entry.value) < entry.value->size()) return where + ": its " + entry.name + " is not finite";
    return where;
  }
  return "in the loss";
}

void fit(Sequential& model, Loss& loss, Optimizer& optimizer, DataLoader& loader, const FitOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  Progress progress;
  progress.epochs = options.epochs;
  progress.steps = loader.size();
  progress.total_samples = loader.num_samples();
  if (progress.steps == 0) throw ValueError("fit: expected a loader with at least one batch, got none.");
  for (progress.epoch = 1; progress.epoch <= options.epochs; ++progress.epoch) {
    const auto epoch_start = std::chrono::steady_clock::now();
    double total = 0;
    std::size_t correct = 0;
    progress.step = progress.samples = 0;
    for (const Batch& batch : loader) {
      ++progress.step;
      const Tensor& scores = model.forward(batch.inputs);
      const double value = loss.forward(scores, batch.targets);
      if (!std::isfinite(value))
        throw NonFiniteError(
            format_text("fit: expected a finite loss, got {} at epoch {}, step {}; it arose {}. Try a lower learning "
                        "rate, or look at the data.",
                        std::isnan(value) ? "nan" : "infinity", progress.epoch, progress.step,
                        find_non_finite(model, batch.inputs)));
      correct += count_correct(scores, batch.targets);
      model.backward(loss.backward());
      optimizer.step();

      for (const double sample_loss : loss.per_sample()) total += sample_loss;
      progress.samples += batch.size();
      progress.loss = total / static_cast<double>(progress.samples);
      progress.accuracy = static_cast<double>(correct) / static_cast<double>(progress.samples);
      progress.epoch_seconds = seconds_since(epoch_start);
      progress.seconds = seconds_since(start);
      if (options.on_step) options.on_step(progress);
    }
    if (options.on_epoch && !options.on_epoch(progress)) return;
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
