#pragma once

#include <apps/support/terminal.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include <fmt/format.h>

/// Prints the progress of work on a number of images: on a terminal a line that is updated, and a line at the end.
class TaskProgress {
 public:
  TaskProgress(std::string name, std::size_t images) : name_(std::move(name)), images_(images) {}
  TaskProgress(const TaskProgress&) = delete;
  TaskProgress& operator=(const TaskProgress&) = delete;
  ~TaskProgress() {
    if (open_) std::fputc('\n', stdout);  // the work failed: the error starts on a new line
  }

  void update(std::size_t done) {
    const double now = seconds();
    if (now < next_ || terminal_columns() == 0) return;  // at most ten updates per second
    next_ = now + 0.1;
    const double left = now / static_cast<double>(done) * static_cast<double>(images_ - done);
    std::string line = fmt::format("{}  {}/{} images  {} left", name_, done, images_, clock(left));
    line.resize(std::min(line.size(), terminal_columns() - 1));
    fmt::print("\r{}\033[K", line);
    std::fflush(stdout);
    open_ = true;
  }

  void finish() {
    const double taken = seconds();
    fmt::print("{}{} of {} images in {:.1f} s ({:.0f} images/s)\n", open_ ? "\r\033[K" : "", name_, images_, taken,
               static_cast<double>(images_) / taken);
    std::fflush(stdout);
    open_ = false;
  }

 private:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::string name_;
  std::size_t images_;
  bool open_ = false;  // the last line printed has no newline yet
  double next_ = 0;
};
