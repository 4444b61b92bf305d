#include <minnow/core/error.hpp>
#include <minnow/training/metrics/detail/scored_samples.hpp>
#include <minnow/training/metrics/temperature_scaling.hpp>

#include <algorithm>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// First and second derivative of the loss by b = 1 / T. `first` is a Kahan sum with compensation `lost`, because the
/// terms of correct and wrong samples cancel at the minimum.
struct Slope {
  double first = 0, second = 0;
  double lost = 0;
};

/// Adds the derivatives by b of -log softmax(b x)_label, for logits x(0) to x(classes - 1):
///   first = (x_max - x_label) + mean of g,   second = mean of g^2 - (mean of g)^2,   g_c = x_c - x_max,
/// with means weighted by the probabilities e^(b g_c) / sum. Subtracting x_max first avoids cancellation if a
/// probability is close to 1.
template <class Logit>
void add_row(Slope& total, Logit x, std::size_t classes, std::size_t label, double b) {
  double largest = x(0), sum = 0, sum_g = 0, sum_squares = 0;
  for (std::size_t c = 1; c < classes; ++c) largest = std::max(largest, x(c));
  for (std::size_t c = 0; c < classes; ++c) {
    const double g = x(c) - largest, e = std::exp(b * g);
    sum += e;
    sum_g += e * g;
    sum_squares += e * g * g;
  }
  const double mean = sum_g / sum;
  const double term = largest - x(label) + mean - total.lost, first = total.first + term;
  total.lost = (first - total.first) - term;
  total.first = first;
  total.second += sum_squares / sum - mean * mean;
}

/// Returns the derivatives of the loss, summed over the samples.
Slope slope(const ScoredSamples& samples, double b) {
  Slope total;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto logit = [&](std::size_t c) { return samples.score(i, c); };
    const auto logit_of_two = [&](std::size_t c) { return c == 0 ? 0 : samples.score(i, 0); };
    if (samples.single_column())
      add_row(total, logit_of_two, 2, samples.label(i), b);
    else
      add_row(total, logit, samples.classes(), samples.label(i), b);
  }
  return total;
}

/// Returns the zero of the slope of a convex loss; the slope is negative at `low` and positive at `high`. Newton's
/// method, with bisection of the exponent if a step leaves the bracket or is not half as long as the last one.
double minimize(const ScoredSamples& samples, double low, double high) {
  double b = std::sqrt(low * high), step = high - low;
  while (true) {
    const Slope at = slope(samples, b);
    const double newton = b - at.first / at.second;
    // Newton squares the relative error: the next error would be below double precision.
    if (std::abs(newton - b) <= 1e-11 * b) return std::clamp(newton, low, high);
    (at.first < 0 ? low : high) = b;
    const bool good = newton > low && newton < high && 2 * std::abs(newton - b) <= step;
    const double next = good ? newton : std::sqrt(low * high);
    step = std::abs(next - b);
    if (next <= low || next >= high) return next;  // the bracket is empty
    b = next;
  }
}

/// Returns true if the logits of some row are not all equal. A single column is compared with 0.
bool has_preference(const ScoredSamples& samples) {
  for (std::size_t i = 0; i < samples.size(); ++i)
    for (std::size_t c = 0; c < samples.columns(); ++c)
      if (samples.score(i, c) != (samples.single_column() ? 0 : samples.score(i, 0))) return true;
  return false;
}

}  // namespace

double fit_temperature(const Tensor& logits, const Tensor& targets) {
  const ScoredSamples samples(logits, targets, "fit_temperature");
  samples.check_finite();
  if (samples.size() == 0) throw ShapeError("fit_temperature: expected at least one sample, got none.");
  const double low = 1 / max_temperature, high = 1 / min_temperature;
  const Slope hottest = slope(samples, low), coldest = slope(samples, high);
  if (!has_preference(samples)) return 1;
  if (coldest.first <= 0) return min_temperature;
  if (hottest.first >= 0) return max_temperature;
  return 1 / minimize(samples, low, high);
}

}  // namespace minnow::inline MINNOW_PRECISION
