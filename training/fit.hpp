#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/io/model.hpp>
#include <minnow/losses/loss.hpp>
#include <minnow/optim/ema.hpp>
#include <minnow/optim/optimizer.hpp>
#include <minnow/optim/reduce_lr_on_plateau.hpp>
#include <minnow/training/history.hpp>
#include <minnow/training/metrics/metric.hpp>
#include <minnow/training/metrics/metric_values.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The progress of a training run. The loss and the metrics are those of the batches of this epoch so far, each
/// computed before the step of its batch.
struct Progress {
  std::size_t epoch = 0, epochs = 0;  // from 1
  std::size_t step = 0, steps = 0;    // of this epoch, from 1
  std::uint64_t total_steps = 0;      // since the start of training
  std::size_t samples = 0;            // of this epoch
  std::size_t total_samples = 0;      // of an epoch
  double loss = 0;                    // mean over everything that the loss counts
  MetricValues metrics;               // those of FitOptions::metrics
  double learning_rate = 0;           // of the last step, first group; NaN for an optimizer without rates
  bool validated = false;             // there was a validation; its results are those of the last one
  double validation_loss = 0;
  MetricValues validation_metrics;
  double epoch_seconds = 0, seconds = 0;  // of training in this epoch, without validation; since the start of training

  /// Returns the value of the metric of this name: progress["accuracy"]. Throws ValueError if there is none.
  double operator[](std::string_view name) const { return metrics[name]; }
};

/// Data that is measured during training and never trained on. With an EMA, its averages are measured.
struct Validation {
  DataLoader* loader = nullptr;
  std::vector<Metric> metrics = {};
  std::size_t every = 0;  // steps between two validations; 0: at the end of each epoch
};

/// Ends training if a value no longer improves.
struct EarlyStopping {
  std::string monitor = "validation loss";  // a column of History: a loss or a metric
  Better better = Better::lower;
  std::size_t patience = 5;  // values in a row that may be no better
  double min_delta = 0;      // least improvement that counts as better
  bool restore_best = true;  // at the end, the model gets the weights, or with an EMA the averages, of the best value
};

/// Files from which a stopped run continues to the same bits.
struct CheckpointOptions {
  std::filesystem::path folder = {};  // empty: none are written
  std::size_t every = 0;              // steps between two checkpoints; 0: at the end of each epoch
  std::size_t keep = 3;               // number of the last checkpoints to keep
  ModelInfo info = {};                // for best.safetensors, the model at the best monitored value
};

struct FitOptions {
  std::size_t epochs = 10;
  std::vector<Metric> metrics = {};                            // of each epoch: {metrics::accuracy()}
  double clip_norm = std::numeric_limits<double>::infinity();  // largest norm of the gradients: see clip_grad_norm
  EMA* ema = nullptr;                                          // updated after every step
  std::size_t accumulate = 1;                                  // number of batches in a step
  Validation validation = {};
  std::optional<EarlyStopping> early_stopping = std::nullopt;
  ReduceLROnPlateau* plateau = nullptr;  // gets the monitored value: that of early stopping, or the validation loss
  CheckpointOptions checkpoint = {};
  bool resume = false;  // continues after the last checkpoint in the folder; without one, training starts
  std::vector<std::filesystem::path> history_files = {};    // .csv or .jsonl, written row by row; see History
  std::stop_token stop = {};                                // a request ends training after the current step
  std::function<void(const Progress&)> on_step = nullptr;   // called after every step
  std::function<bool(const Progress&)> on_epoch = nullptr;  // called after every epoch; false ends training
};

/// Trains the model: forward, loss, backward and step for each batch, with the schedule of the optimizer if it has one.
/// After the first epoch no memory is allocated, except for validation, checkpoints and history files. Denormals are
/// flushed to zero until `fit` returns, in the callbacks too.
///
/// A callback may read everything, stop the run, and change the learning rate or `trainable` of a parameter. It must
/// not change weights or destroy the objects.
///
/// `accumulate` = 4 takes the step of a batch that is four times as large, up to rounding. BatchNorm still normalises
/// over each batch.
///
/// A checkpoint stores the model, the optimizer, the EMA, the plateau, the loaders, the loss and the metrics of the
/// unfinished epoch, the history and the best weights. The first is written before the first step, the last after the
/// last step. Schedules and callbacks are functions: the program sets them again before it resumes.
///
/// Throws NonFiniteError at the first loss that is not finite, naming the epoch, the step, and the layer or the
/// sample's number in the dataset, and at gradients to clip that are not finite. If a step throws, the model and the
/// EMA are as before the step, and the gradients are stale. Throws ShapeError before the first step if the last batch
/// has one sample and the model cannot train on one. Throws ValueError before the first step if an option is out of
/// range, if the optimizer or the EMA was built on another model, if the loader has no batch, if two metrics have the
/// same name, or if the checkpoint to resume is of another run; the message names the difference. Throws DataError if a
/// file cannot be read or written; earlier checkpoints stay.
MINNOW_API History fit(Layer& model, Loss& loss, Optimizer& optimizer, DataLoader& loader,
                       const FitOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION
