#pragma once

#include <minnow/training/fit.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

/// Shows how training goes: on a terminal a line that renews itself, elsewhere one plain line per epoch.
class ProgressBar {
 public:
  void step(const minnow::Progress& p) {
    if (columns_ == 0) return;
    if (p.seconds < next_ && p.step < p.steps) return;  // ten times a second is enough for the eye
    next_ = p.seconds + 0.1;
    const double share = static_cast<double>(p.samples) / static_cast<double>(p.total_samples);
    const double done = (static_cast<double>(p.epoch - 1) + share) / static_cast<double>(p.epochs);
    const std::string numbers = fmt::format("  {}  {} left", measures(p), clock(p.seconds / done - p.seconds));
    const std::string head = fmt::format("epoch {:>{}}/{}  ", p.epoch, width(p.epochs), p.epochs);
    std::string line = head + numbers.substr(2);
    if (const std::size_t room = columns_ - 1; head.size() + numbers.size() + 8 <= room)
      line = head + bar(share, std::min<std::size_t>(20, room - head.size() - numbers.size())) + numbers;
    else
      line.resize(std::min(line.size(), room));
    fmt::print("\r{}\033[K", line);
    std::fflush(stdout);
  }

  /// The epoch's line, to stay; `note` is appended.
  void epoch(const minnow::Progress& p, const std::string& note = "") {
    fmt::print("{}epoch {:>{}}/{}  {}  {}{}\n", columns_ == 0 ? "" : "\r\033[K", p.epoch, width(p.epochs), p.epochs,
               measures(p), clock(p.epoch_seconds), note);
    std::fflush(stdout);
  }

 private:
  /// Columns of the terminal, 0 when there is none to draw on.
  static std::size_t terminal_columns() {
    const char* term = std::getenv("TERM");
    if (isatty(STDOUT_FILENO) == 0 || term == nullptr || std::string(term) == "dumb") return 0;
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
  }

  static std::size_t width(std::size_t number) { return fmt::formatted_size("{}", number); }

  static std::string measures(const minnow::Progress& p) {
    return fmt::format("loss {:6.4f}  accuracy {:5.1f}%  {:>6.0f} samples/s", p.loss, 100 * p.accuracy,
                       static_cast<double>(p.samples) / p.epoch_seconds);
  }

  static std::string clock(double seconds) {
    if (seconds < 60) return fmt::format("{:4.1f} s", seconds);
    const auto whole = static_cast<long>(seconds + 0.5);
    return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  }

  static std::string bar(double share, std::size_t length) {
    const auto full = static_cast<std::size_t>(share * static_cast<double>(length) + 0.5);
    return std::string(full, '#') + std::string(length - full, '.');
  }

  std::size_t columns_ = terminal_columns();
  double next_ = 0;
};
