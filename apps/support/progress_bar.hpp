#pragma once

#include <minnow/training/fit.hpp>

#include <apps/support/terminal.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include <fmt/format.h>

/// Prints the progress of training: on a terminal a line that is updated, elsewhere one line per epoch.
class ProgressBar {
 public:
  ProgressBar() = default;
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() {
    if (open_) std::fputc('\n', stdout);  // training failed: the error starts on a new line
  }

  void step(const minnow::Progress& p) {
    if (p.seconds < next_ && p.step < p.steps) return;  // at most ten updates per second
    next_ = p.seconds + 0.1;
    const std::size_t columns = terminal_columns();
    if (columns == 0) return;
    const double share = static_cast<double>(p.samples) / static_cast<double>(p.total_samples);
    const double done = (static_cast<double>(p.epoch - 1) + share) / static_cast<double>(p.epochs);
    const std::string head = fmt::format("epoch {:>{}}/{}  ", p.epoch, width(p.epochs), p.epochs);
    const std::string left = fmt::format("  {} left", clock(p.seconds / done - p.seconds));
    std::string numbers = fmt::format("  loss {:.4f}", p.loss);
    for (const auto& [name, value] : p.metrics)
      if (!std::isnan(value)) numbers += fmt::format("  {} {:5.1f}%", name, 100 * value);
    const std::string speed = fmt::format("  {:.0f} samples/s", static_cast<double>(p.samples) / p.epoch_seconds);
    constexpr std::size_t shortest_bar = 8;
    const std::size_t free_columns = columns - 1 - std::min(columns - 1, head.size() + numbers.size() + left.size());
    if (free_columns >= speed.size() + shortest_bar) numbers += speed;
    const std::size_t length = columns - 1 - std::min(columns - 1, head.size() + numbers.size() + left.size());
    std::string line = length >= shortest_bar ? head + bar(share, std::min<std::size_t>(24, length)) + numbers + left
                                              : head + numbers.substr(2) + left;
    line.resize(std::min(line.size(), columns - 1));
    fmt::print("\r{}\033[K", line);
    std::fflush(stdout);
    open_ = true;
  }

  /// Prints the final line of an epoch.
  void epoch(const minnow::Progress& p) {
    std::string metrics;
    for (const auto& [name, value] : p.metrics)
      if (!std::isnan(value)) metrics += fmt::format("  {} {:5.1f}%", name, 100 * value);
    fmt::print("{}epoch {:>{}}/{}  loss {:6.4f}{}  {:>6.0f} samples/s  {}\n", open_ ? "\r\033[K" : "", p.epoch,
               width(p.epochs), p.epochs, p.loss, metrics, static_cast<double>(p.samples) / p.epoch_seconds,
               clock(p.epoch_seconds));
    std::fflush(stdout);
    open_ = false;
  }

 private:
  static std::size_t width(std::size_t number) { return fmt::formatted_size("{}", number); }

  static std::string bar(double share, std::size_t length) {
    const auto full = static_cast<std::size_t>(share * static_cast<double>(length) + 0.5);
    return std::string(full, '#') + std::string(length - full, '.');
  }

  bool open_ = false;  // the last line printed has no newline yet
  double next_ = 0;
};
