#pragma once

#include <minnow/core/state_visitor.hpp>
#include <minnow/core/tensor.hpp>

#include <cstdint>

/// The coefficient of determination, R2 = 1 - sum (y - t)^2 / sum (t - mean t)^2, and the mean errors: 1 for exact
/// predictions, 0 for the mean of the targets. The sums are updated by Welford's method.
class RegressionScores {
 public:
  void add(const minnow::Tensor& outputs, const minnow::Tensor& targets);

  double r2() const { return deviations_ > 0 ? 1 - squares_ / deviations_ : 0; }
  double root_mean_square_error() const;
  double mean_absolute_error() const;
  double value() const { return r2(); }

  void visit_state(minnow::StateVisitor& visitor);

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0, deviations_ = 0, squares_ = 0, absolutes_ = 0;
};
