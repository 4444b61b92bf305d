#pragma once

#include <minnow/training/detail/checkpoint_folder.hpp>
#include <minnow/training/detail/history_files.hpp>
#include <minnow/training/detail/monitor.hpp>
#include <minnow/training/detail/training_step.hpp>
#include <minnow/training/fit.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// A training run: everything that `fit` does before, between and after the steps.
class TrainingRun {
 public:
  /// Checks the options. Resumes from a checkpoint, or writes the first one.
  TrainingRun(Layer& model, Loss& loss, Optimizer& optimizer, DataLoader& loader, const FitOptions& options);

  bool has_ended() const { return history_.end != History::End::running; }

  void begin_epoch();

  /// Trains on a batch. Returns true if the batch was the last of its step.
  bool train(const Batch& batch);

  void after_step();
  void end_epoch();

  /// Writes the last checkpoint, restores the best weights, and returns the history.
  History finish();

  /// Visits everything that the steps from here on depend on, and what identifies the run.
  void visit_state(StateVisitor& visitor);

 private:
  using Clock = std::chrono::steady_clock;

  void start();
  void describe_settings();
  void describe_data(const std::string& prefix, const Dataset& data);
  void update_progress();
  void validate();
  void record(bool epoch_end);
  void save_best();
  void save_checkpoint();
  void check_ended();
  bool is_due(std::size_t every) const { return every > 0 && total_steps_ % every == 0; }

  Layer& model_;
  Loss& loss_;
  Optimizer& optimizer_;
  DataLoader& loader_;
  const FitOptions& options_;

  TrainingStep step_;
  RunningEvaluation running_;
  Progress progress_;
  History history_;
  std::vector<double> row_;  // of the history; kept, so that an epoch allocates nothing
  Monitor monitor_;
  std::optional<CheckpointFolder> folder_;
  std::optional<HistoryFiles> files_;
  std::vector<std::pair<std::string, std::string>> settings_, data_;  // what identifies the run: name and value
  bool has_rates_ = true;                                             // of the optimizer

  std::uint64_t epochs_ = 0, steps_ = 0, total_steps_ = 0;  // complete epochs, steps of the current epoch, all steps
  std::size_t batch_ = 0;                                   // of the current step
  std::optional<std::uint64_t> saved_step_;                 // of the last checkpoint
  double seconds_before_ = 0, epoch_seconds_before_ = 0;    // before this run was resumed
  double paused_ = 0;                                       // seconds of validation and checkpoints in this epoch
  Clock::time_point start_ = Clock::now(), epoch_start_ = start_;
};

}  // namespace minnow::inline MINNOW_PRECISION
