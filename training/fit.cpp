#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/denormals.hpp>
#include <minnow/optim/clip_gradients.hpp>
#include <minnow/training/find_non_finite.hpp>
#include <minnow/training/fit.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void check_same_model(Sequential& model, const Optimizer& optimizer, const EMA* ema) {
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

}  // namespace

void fit(Sequential& model, Loss& loss, Optimizer& optimizer, DataLoader& loader, const FitOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const FlushDenormals flush;
  Progress progress;
  progress.epochs = options.epochs;
  progress.steps = loader.size();
  progress.total_samples = loader.num_samples();
  check_same_model(model, optimizer, options.ema);
  if (progress.steps == 0) throw ValueError("fit: expected a loader with at least one batch, got none.");
  for (progress.epoch = 1; progress.epoch <= options.epochs; ++progress.epoch) {
    const auto epoch_start = std::chrono::steady_clock::now();
    double total = 0, weight = 0;
    Answers answers;
    progress.step = progress.samples = 0;
    for (const Batch& batch : loader) {
      ++progress.step;
      const Tensor& scores = model.forward(batch.inputs);
      const double value = loss.forward(scores, batch.targets, batch.weights);
      if (!std::isfinite(value) && !loss.counted_nothing()) {
        const std::string where = find_non_finite(model, batch.inputs);
        throw NonFiniteError(
            format_text("fit: expected a finite loss, got {} at epoch {}, step {}; it arose {}. {}.",
                        std::isnan(value) ? "nan" : "infinity", progress.epoch, progress.step, where,
                        where.rfind("in the inputs", 0) == 0 ? "Look at the data" : "Try a lower learning rate"));
      }
      answers += loss.answers(scores, batch.targets);
      model.backward(loss.backward());
      if (options.clip_norm != infinity) clip_grad_norm(optimizer, options.clip_norm, true);
      optimizer.step();
      if (options.ema != nullptr) options.ema->update();

      total += loss.total();
      weight += loss.weight();
      progress.samples += batch.size();
      progress.loss = total / weight;
      progress.accuracy = answers.accuracy();
      progress.epoch_seconds = seconds_since(epoch_start);
      progress.seconds = seconds_since(start);
      if (options.on_step) options.on_step(progress);
    }
    if (options.on_epoch && !options.on_epoch(progress)) return;
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
