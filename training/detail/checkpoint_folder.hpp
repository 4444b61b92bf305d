#pragma once

#include <minnow/io/checkpoint.hpp>
#include <minnow/training/fit.hpp>

#include <cstdint>
#include <optional>

namespace minnow::inline MINNOW_PRECISION {

/// The folder of the checkpoints of a run.
class CheckpointFolder {
 public:
  /// Creates the folder. Throws DataError if it cannot be created, and ValueError if it has checkpoints and `resume` is
  /// not set, or if an option is out of range.
  CheckpointFolder(const CheckpointOptions& options, bool resume);

  /// Restores the last checkpoint into the state, and the history. Returns false if there is none. Throws ValueError,
  /// naming the difference, if the checkpoint is of another run.
  template <Stateful State>
  bool restore(State& state, History& history) const {
    return restore(history, [&](const Snapshot& snapshot) { snapshot.restore_to(state); });
  }

  /// Writes a checkpoint, then deletes those before the last `keep`.
  void save(const StateView& state, const History& history, std::uint64_t step);

  /// Writes the model of the best value. Only the weights are written if the model has no config.
  void save_best(const Layer& model) const;

 private:
  bool restore(History& history, const std::function<void(const Snapshot&)>& restore_state) const;

  CheckpointOptions options_;
};

}  // namespace minnow::inline MINNOW_PRECISION
