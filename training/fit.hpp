#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/losses/loss.hpp>
#include <minnow/optim/ema.hpp>
#include <minnow/optim/optimizer.hpp>
#include <minnow/training/metrics/metric.hpp>
#include <minnow/training/metrics/metric_values.hpp>

#include <cstddef>
#include <functional>
#include <limits>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The progress of a training run. The loss and the metrics are those of the batches of this epoch so far, each
/// computed before the step of its batch.
struct Progress {
  std::size_t epoch = 0, epochs = 0;      // from 1
  std::size_t step = 0, steps = 0;        // of this epoch, from 1
  std::size_t samples = 0;                // of this epoch
  std::size_t total_samples = 0;          // of an epoch
  double loss = 0;                        // mean over everything that the loss counts
  MetricValues metrics;                   // those of FitOptions::metrics
  double epoch_seconds = 0, seconds = 0;  // since the start of the epoch, and of training

  /// Returns the value of the metric of this name: progress["accuracy"]. Throws ValueError if there is none.
  double operator[](std::string_view name) const { return metrics[name]; }
};

struct FitOptions {
  std::size_t epochs = 10;
  std::vector<Metric> metrics = {};                            // of each epoch: {metrics::accuracy()}
  double clip_norm = std::numeric_limits<double>::infinity();  // largest norm of the gradients: see clip_grad_norm
  EMA* ema = nullptr;                                          // updated after every step
  std::function<void(const Progress&)> on_step = nullptr;      // called after every step
  std::function<bool(const Progress&)> on_epoch = nullptr;     // called after every epoch; false ends training
};

/// Trains the model: forward, loss, backward and step for each batch, with the schedule of the optimizer if it has one.
/// After the first epoch no memory is allocated. Denormals are flushed to zero until `fit` returns, in the callbacks
/// too.
///
/// Throws NonFiniteError at the first loss that is not finite, naming the epoch, the step, and the layer or the
/// sample's number in the dataset, and at gradients to clip that are not finite. If a step throws, the model and the
/// EMA are as before the step, and the gradients are stale. Throws ShapeError before the first step if the last batch
/// has one sample and the model cannot train on one. Throws ValueError if the optimizer or the EMA was built on another
/// model, if the loader has no batch, or if two metrics have the same name.
MINNOW_API void fit(Layer& model, Loss& loss, Optimizer& optimizer, DataLoader& loader, const FitOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION
