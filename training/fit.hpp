#pragma once

#include <minnow/datasets/data_loader.hpp>
#include <minnow/losses/loss.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/ema.hpp>
#include <minnow/optim/optimizer.hpp>

#include <cstddef>
#include <functional>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {

/// Where training stands; loss and accuracy are over the epoch so far, as Evaluation has them.
struct Progress {
  std::size_t epoch = 0, epochs = 0;      // epoch counts from 1
  std::size_t step = 0, steps = 0;        // of this epoch, from 1
  std::size_t samples = 0;                // of this epoch
  std::size_t total_samples = 0;          // of an epoch
  double loss = 0, accuracy = 0;          // measured on each batch before its step
  double epoch_seconds = 0, seconds = 0;  // since the epoch began, since training began
};

struct FitOptions {
  std::size_t epochs = 10;
  double clip_norm = std::numeric_limits<double>::infinity();  // longer gradients are shortened: see clip_grad_norm
  EMA* ema = nullptr;                                          // updated after every step
  std::function<void(const Progress&)> on_step = nullptr;      // after every step
  std::function<bool(const Progress&)> on_epoch = nullptr;     // after every epoch; false ends training
};

/// The training loop: forward, loss, backward, step, batch after batch, by the optimizer's schedule if it has one.
/// Throws NonFiniteError at the first loss that is not finite, naming epoch, step and the layer where it arose, and at
/// gradients to be clipped that are not; the parameters are then as that step found them. Throws ValueError when the
/// optimizer or the EMA was built on another model, or the loader has no batch. Denormals are flushed meanwhile, in the
/// callbacks too.
MINNOW_API void fit(Sequential& model, Loss& loss, Optimizer& optimizer, DataLoader& loader,
                    const FitOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION
