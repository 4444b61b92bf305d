#include <apps/minnow/regression.hpp>

#include <cmath>

using namespace minnow;

void RegressionScores::add(const Tensor& outputs, const Tensor& targets) {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto t = static_cast<double>(targets.data()[i]), error = static_cast<double>(outputs.data()[i]) - t;
    ++count_;
    const double from_mean = t - mean_;
    mean_ += from_mean / static_cast<double>(count_);
    deviations_ += from_mean * (t - mean_);
    squares_ += error * error;
    absolutes_ += std::abs(error);
  }
}

double RegressionScores::root_mean_square_error() const { return std::sqrt(squares_ / static_cast<double>(count_)); }

double RegressionScores::mean_absolute_error() const { return absolutes_ / static_cast<double>(count_); }

void RegressionScores::visit_state(StateVisitor& visitor) {
  visitor.visit("count", count_);
  visitor.visit("mean", mean_);
  visitor.visit("deviations", deviations_);
  visitor.visit("squares", squares_);
  visitor.visit("absolutes", absolutes_);
}
