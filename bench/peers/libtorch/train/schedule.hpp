#pragma once

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

/// How the learning rate goes over the steps of a run.
///   one_cycle  PyTorch's OneCycleLR with its defaults: it rises from most / 25 over the first 30 % of the steps and
///   falls
///              to 1e-4 of where it began, along cosines; beta1 falls from 0.95 to 0.85 and comes back
///   linear     it falls from most to 0 along a line
class Schedule {
 public:
  Schedule(const std::string& kind, double most, std::int64_t steps)
      : cycle_(kind == "one_cycle"), most_(most), steps_(static_cast<double>(steps)) {
    if (!cycle_ && kind != "linear")
      throw std::invalid_argument("--schedule: expected one_cycle or linear, got " + kind);
  }

  double rate(std::int64_t step) const {
    return cycle_ ? between(step, most_ / 25, most_, most_ / 25e4) : most_ * (1 - static_cast<double>(step) / steps_);
  }
  double beta1(std::int64_t step) const { return cycle_ ? between(step, 0.95, 0.85, 0.95) : 0.9; }

 private:
  double between(std::int64_t step, double start, double middle, double end) const {
    const double peak = 0.3 * steps_ - 1, last = steps_ - 1, at = static_cast<double>(step);
    return at <= peak ? cosine(start, middle, at / peak) : cosine(middle, end, (at - peak) / (last - peak));
  }
  static double cosine(double from, double to, double share) {
    return to + (from - to) / 2 * (1 + std::cos(M_PI * share));
  }

  bool cycle_;
  double most_, steps_;
};
