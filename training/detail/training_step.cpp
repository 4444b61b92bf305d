#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/optim/clip_gradients.hpp>
#include <minnow/training/detail/training_step.hpp>
#include <minnow/training/find_non_finite.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {

void TrainingStep::throw_non_finite(const Batch& batch, double loss, const Progress& progress) const {
  const std::string where = find_non_finite(model_, batch, pass_.y(), pass_.context());
  const bool in_data = where.starts_with("in the ") && where != "in the loss";
  throw NonFiniteError(format_text("fit: expected a finite loss, got {} at epoch {}, step {}; it arose {}. {}.",
                                   std::isnan(loss) ? "nan" : "infinity", progress.epoch, progress.step, where,
                                   in_data ? "Check the data" : "Try a lower learning rate"));
}

void TrainingStep::run(const Batch& batch, std::size_t index, std::size_t count, RunningEvaluation& running,
                       const Progress& progress) try {
  if (index == 0) before_step_.save();
  const Tensor& scores = pass_.forward(batch.inputs);
  const double value = loss_.forward(scores, batch.targets, batch.weights);
  if (!std::isfinite(value) && !loss_.counted_nothing()) throw_non_finite(batch, value, progress);
  running.add(loss_, scores, batch);
  const Tensor& dy = loss_.backward();
  pass_.backward(count == 1 ? dy : scaled(dy, index, count));
  if (index + 1 < count) return;
  if (count > 1) average_gradients(count);
  if (clip_norm_ != std::numeric_limits<double>::infinity()) clip_grad_norm(optimizer_, clip_norm_, true);
  optimizer_.step();
} catch (...) {
  before_step_.restore();
  throw;
}

/// The gradient of a step of several batches is that of one batch of all their samples: sum(d_i g_i) / sum(d_i), where
/// batch i has the gradient g_i and the divisor d_i. The backward pass of batch i adds g_i d_i / (count d_0). That is
/// the result if all divisors are equal; otherwise average_gradients corrects it by count d_0 / sum(d_i). A sum has no
/// divisor, and adds g_i.
const Tensor& TrainingStep::scaled(const Tensor& dy, std::size_t index, std::size_t count) {
  if (index == 0) reference_ = total_ = 0;
  const double divisor = loss_.divisor();
  if (reference_ == 0) reference_ = divisor;
  total_ += divisor;
  if (loss_.reduction() == Reduction::sum) return dy;
  const auto factor = static_cast<Real>(reference_ == 0 ? 0 : divisor / (static_cast<double>(count) * reference_));
  resize(scaled_dy_, dy.shape());
  std::transform(dy.data(), dy.data() + dy.size(), scaled_dy_.data(), [&](Real value) { return factor * value; });
  return scaled_dy_;
}

void TrainingStep::average_gradients(std::size_t count) {
  const double expected = static_cast<double>(count) * reference_;
  if (loss_.reduction() == Reduction::sum || total_ == expected || total_ == 0) return;
  const auto factor = static_cast<Real>(expected / total_);
  for (const NamedTensor& entry : optimizer_.parameters())
    if (entry.parameter->has_gradient())
      for (Real& value : entry.parameter->grad) value *= factor;
}

void TrainingStep::check_last_batch(const Batch& first, const DataLoader& loader) {
  if (first.size() < 2 || first.size() * (loader.size() - 1) + 1 != loader.num_samples()) return;
  Shape shape = first.inputs.shape();
  shape[0] = 1;
  const Tensor sample = from({first.inputs.data(), num_elements(shape)}, shape);
  before_step_.save();
  const RestoreAtExit restore(before_step_);
  try {
    pass_.forward(sample);
  } catch (const std::exception& error) {
    pass_.forward(first.inputs);  // throws its own error if the model refuses every batch
    throw ShapeError(
        format_text("fit: expected a last batch that the model accepts, got 1 sample ({} in batches of {}). Set "
                    "drop_last or another batch_size. {}",
                    loader.num_samples(), first.size(), error.what()));
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
