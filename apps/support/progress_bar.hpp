#pragma once

#include <minnow/training/fit.hpp>

#include <cstddef>
#include <string>

/// Returns the line of a running epoch: the epoch, a bar, the loss, the metrics, the time left. It is at most
/// columns - 3 wide, or columns - 1 if there are fewer than 40. Then less important parts are left out.
std::string progress_line(const minnow::Progress& progress, std::size_t columns);

/// Returns the line of a finished epoch, at most columns - 1 wide, or complete if `columns` is 0.
std::string epoch_line(const minnow::Progress& progress, std::size_t columns);

/// A line of the terminal that is updated, at most ten times per second. The width is read at each update.
class UpdatedLine {
 public:
  UpdatedLine() = default;
  UpdatedLine(const UpdatedLine&) = delete;
  UpdatedLine& operator=(const UpdatedLine&) = delete;
  ~UpdatedLine();  // ends the line, so that an error starts on a new one

  /// Replaces the line.
  void show(const std::string& line, std::size_t columns);

  /// Removes the line.
  void clear();

 private:
  std::string back_to_start(std::size_t columns) const;

  std::size_t width_ = 0;  // columns of the line that is shown
  bool open_ = false;      // a line is shown
};

/// Shows the progress of training: on a terminal a line that is updated, elsewhere one line per epoch.
class ProgressBar {
 public:
  /// Adds itself to the callbacks of the options, which then must not outlive it.
  void add_to(minnow::FitOptions& options, bool each_epoch = true);

  void step(const minnow::Progress& progress);
  void epoch(const minnow::Progress& progress);

  /// Returns the seconds that training took.
  double seconds() const { return seconds_; }

 private:
  UpdatedLine line_;
  double next_ = 0;  // the time of the next update
  double seconds_ = 0;
};
