#pragma once

#include <apps/support/progress_bar.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

/// Shows the progress of work on a number of images: on a terminal a line that is updated, and a line at the end.
class TaskProgress {
 public:
  TaskProgress(std::string name, std::size_t images) : name_(std::move(name)), images_(images) {}

  void update(std::size_t done);
  void finish();

 private:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::string name_;
  std::size_t images_;
  UpdatedLine line_;
  double next_ = 0;  // the time of the next update
};
