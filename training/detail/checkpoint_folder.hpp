#pragma once

#include <minnow/io/checkpoint.hpp>
#include <minnow/training/fit.hpp>

#include <cstdint>
#include <optional>

namespace minnow::inline MINNOW_PRECISION {

/// The folder of the checkpoints of a run.
class CheckpointFolder {
 public:
  /// Creates the folder, and locks it until the object is destroyed. Deletes temporary files of killed runs. Throws
  /// DataError if the folder cannot be created or another run uses it, and ValueError if it has checkpoints and
  /// `resume` is not set, or if an option is out of range.
  CheckpointFolder(const CheckpointOptions& options, bool resume);
  CheckpointFolder(const CheckpointFolder&) = delete;
  CheckpointFolder& operator=(const CheckpointFolder&) = delete;
  ~CheckpointFolder();

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

  void lock();

  CheckpointOptions options_;
  int descriptor_ = -1;  // of the locked folder
};

}  // namespace minnow::inline MINNOW_PRECISION
