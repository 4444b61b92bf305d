#pragma once

#include <minnow/losses/loss.hpp>
#include <minnow/optim/optimizer.hpp>
#include <minnow/training/detail/forward_state.hpp>
#include <minnow/training/detail/model_pass.hpp>
#include <minnow/training/detail/running_evaluation.hpp>
#include <minnow/training/fit.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// The work of one training step: forward, loss and backward for each of its batches, then the step of the optimizer.
class TrainingStep {
 public:
  TrainingStep(Layer& model, Loss& loss, Optimizer& optimizer, double clip_norm)
      : model_(model),
        loss_(loss),
        optimizer_(optimizer),
        clip_norm_(clip_norm),
        pass_(model, {.mode = Mode::train}),
        before_step_(model) {}

  /// Runs batch `index` of the `count` batches of a step. The last batch performs the step. If it throws, the model is
  /// as before the step. The progress is for the error of a loss that is not finite.
  void run(const Batch& batch, std::size_t index, std::size_t count, RunningEvaluation& running,
           const Progress& progress);

  /// Throws ShapeError if the last batch of an epoch has one sample and the model refuses one sample, as BatchNorm1d
  /// does. Runs the model on the first sample of `first`, the first batch, and restores it.
  void check_last_batch(const Batch& first, const DataLoader& loader);

 private:
  [[noreturn]] void throw_non_finite(const Batch& batch, double loss, const Progress& progress) const;
  const Tensor& scaled(const Tensor& dy, std::size_t index, std::size_t count);
  void average_gradients(std::size_t count);

  Layer& model_;
  Loss& loss_;
  Optimizer& optimizer_;
  double clip_norm_;
  ModelPass pass_;
  ForwardState before_step_;
  Tensor scaled_dy_;
  double reference_ = 0, total_ = 0;  // divisor of the first batch of the step that counts, and of all batches so far
};

}  // namespace minnow::inline MINNOW_PRECISION
