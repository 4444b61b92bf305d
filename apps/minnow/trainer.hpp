#pragma once

#include <minnow/minnow.hpp>
#include <minnow/report.hpp>

#include <apps/minnow/data.hpp>
#include <apps/minnow/options.hpp>
#include <apps/support/stop_signals.hpp>

#include <cstddef>
#include <optional>

/// What is trained on, and how samples reach the model.
struct TrainingData {
  const minnow::Dataset& train;
  const minnow::Dataset* validation;  // null: none
  std::optional<minnow::Augmentation> augment = std::nullopt;
  std::optional<minnow::Normalization> normalize = std::nullopt;
  minnow::Rng shuffle;
  minnow::ModelInfo info = {};  // of best.safetensors
  bool is_whole_model = true;   // false: there is no best.safetensors
  bool is_last_phase = true;    // false: no checkpoints, and only the last epoch has a line
};

/// Calls fit with the settings of a run, shows its progress, and stops at signals.
class Trainer {
 public:
  Trainer(const Settings& settings, const TrainOptions& options) : settings_(settings), options_(options) {}

  /// Trains a classifier of data.info.class_names, or without names a regression.
  void fit(minnow::Layer& model, const TrainingData& data);
  void fit(minnow::Layer& model, const TrainingData& data, const Settings& settings);

  /// Prints the layers of the model.
  void print_summary(const minnow::Sequential& model, const Data& data) const;

  const Settings& settings() const { return settings_; }
  const minnow::History& history() const { return history_; }
  const minnow::Distributions& distributions() const { return distributions_; }

  /// Gives signals their default action again: from here on they end the process.
  void release_signals() { signals_.reset(); }

  /// Returns true if a signal came before release_signals().
  bool was_stopped() const { return signal() != 0; }
  int signal() const { return StopSignals::received(); }

  // The last call of fit.
  std::size_t epochs() const { return epochs_; }
  std::size_t last_epoch() const { return last_epoch_; }  // 0: it trained no step
  bool has_checkpoints() const { return has_checkpoints_; }

 private:
  bool is_reported() const { return options_.report || options_.checkpoint; }
  void print_end(double seconds) const;

  const Settings& settings_;
  const TrainOptions& options_;
  std::optional<StopSignals> signals_;  // from the first fit on
  minnow::History history_;
  minnow::Distributions distributions_;
  std::size_t epochs_ = 0, last_epoch_ = 0;
  bool has_checkpoints_ = false;
};
