#pragma once

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

/// The learning rate and beta1 of each step of a run.
///
/// one_cycle: PyTorch's OneCycleLR with its defaults. The learning rate rises from peak / 25 to peak over the first
/// 30 % of the steps, then falls to 1e-4 of its first value, along cosines. beta1 falls from 0.95 to 0.85 and rises
/// back to 0.95.
///
/// linear: The learning rate falls from peak to 0 along a line. beta1 is 0.9.
class Schedule {
 public:
  Schedule(const std::string& kind, double peak, std::int64_t steps)
      : cycle_(kind == "one_cycle"), peak_(peak), steps_(static_cast<double>(steps)) {
    if (!cycle_ && kind != "linear")
      throw std::invalid_argument("--schedule: expected one_cycle or linear, got " + kind);
  }

  double rate(std::int64_t step) const {
    return cycle_ ? between(step, peak_ / 25, peak_, peak_ / 25e4) : peak_ * (1 - static_cast<double>(step) / steps_);
  }
  double beta1(std::int64_t step) const { return cycle_ ? between(step, 0.95, 0.85, 0.95) : 0.9; }

 private:
  double between(std::int64_t step, double start, double middle, double end) const {
    const double turn = 0.3 * steps_ - 1, last = steps_ - 1, at = static_cast<double>(step);
    return at <= turn ? cosine(start, middle, at / turn) : cosine(middle, end, (at - turn) / (last - turn));
  }
  static double cosine(double from, double to, double share) {
    return to + (from - to) / 2 * (1 + std::cos(M_PI * share));
  }

  bool cycle_;
  double peak_, steps_;
};
