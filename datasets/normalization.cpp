#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/detail/chunks.hpp>
#include <minnow/datasets/normalization.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Calls body(value, channel, sample) for each element of (N, C, ...).
template <class Body>
void for_each_element(const Tensor& inputs, Body body) {
  const std::size_t samples = inputs.shape()[0], channels = inputs.shape()[1];
  const std::size_t plane = inputs.size() / (samples * channels);
  const Real* value = inputs.data();
  for (std::size_t i = 0; i < samples; ++i)
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t k = 0; k < plane; ++k) body(static_cast<double>(*value++), c, i);
}

/// The moments of a channel whose values are multiplied by `unit`, a power of two.
struct Moments {
  double count = 0;  // of values
  double unit = 1;
  double mean = 0;
  double residual = 0;  // mean of x - mean, which is the rounding error of the mean
  double variance = 0;  // mean of (x - mean)^2
};

/// Computes the moments, given the units.
void compute_moments(const Tensor& inputs, std::vector<Moments>& moments) {
  const double count = static_cast<double>(inputs.size() / moments.size());
  for (Moments& m : moments) m = {.count = count, .unit = m.unit};
  for_each_element(inputs,
                   [&](double value, std::size_t c, std::size_t) { moments[c].mean += value * moments[c].unit; });
  for (Moments& m : moments) m.mean /= count;
  for_each_element(inputs, [&](double value, std::size_t c, std::size_t) {
    const double difference = value * moments[c].unit - moments[c].mean;
    moments[c].residual += difference;
    moments[c].variance += difference * difference;
  });
  for (Moments& m : moments) m.residual /= count, m.variance /= count;
}

/// Sets the units such that no square overflows or underflows. Returns true if a unit changed.
bool set_units(const Tensor& inputs, std::vector<Moments>& moments) {
  if (sizeof(Real) < sizeof(double)) return false;  // the square of a float is a normal double
  constexpr double small = 0x1p-400, large = 0x1p400;
  const auto is_safe = [](const Moments& m) { return m.variance > small * small && m.variance < large * large; };
  if (std::all_of(moments.begin(), moments.end(), is_safe)) return false;
  std::vector<double> largest(moments.size());
  for_each_element(
      inputs, [&](double value, std::size_t c, std::size_t) { largest[c] = std::max(largest[c], std::abs(value)); });
  bool changed = false;
  for (std::size_t c = 0; c < moments.size(); ++c) {
    if (largest[c] > small && largest[c] < large) continue;
    moments[c].unit = largest[c] < 1 ? 0x1p600 : 0x1p-600;
    changed = true;
  }
  return changed;
}

/// Returns true if the values differ by no more than rounding errors.
bool is_constant(const Moments& m) {
  const double rounding = 2 * std::numeric_limits<double>::epsilon() * m.mean;
  return !(m.variance - m.residual * m.residual > rounding * rounding);
}

/// Throws ValueError if a value is not finite. `first` is the number of the first sample.
void check_finite(const Tensor& inputs, const std::vector<Moments>& moments, std::size_t first) {
  // The sum of values that are not finite is not finite.
  if (std::all_of(moments.begin(), moments.end(), [](const Moments& m) { return std::isfinite(m.mean); })) return;
  for_each_element(inputs, [&](double value, std::size_t c, std::size_t i) {
    if (!std::isfinite(value))
      throw ValueError(
          format_text("Normalization: expected finite inputs, got {} in sample {}, channel {}. Remove or "
                      "replace it.",
                      value, first + i, c));
  });
}

std::vector<Moments> moments_of(const Tensor& inputs, std::size_t first) {
  std::vector<Moments> moments(inputs.shape()[1]);
  compute_moments(inputs, moments);
  check_finite(inputs, moments, first);
  if (set_units(inputs, moments)) compute_moments(inputs, moments);
  return moments;
}

/// Multiplies the values by a smaller unit.
void change_unit(Moments& m, double unit) {
  const double factor = unit / m.unit;
  m.mean *= factor, m.residual *= factor, m.variance = m.variance * factor * factor, m.unit = unit;
}

/// Adds the values of b to the values of a (Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for
/// computing sample variances", 1979).
void merge(Moments& a, Moments b) {
  if (a.count == 0) {
    a = b;
    return;
  }
  const double unit = std::min(a.unit, b.unit);
  change_unit(a, unit), change_unit(b, unit);
  const double share = b.count / (a.count + b.count), difference = (b.mean + b.residual) - (a.mean + a.residual);
  a.variance = (1 - share) * (a.variance - a.residual * a.residual) + share * (b.variance - b.residual * b.residual) +
               share * (1 - share) * difference * difference;
  a.mean += a.residual + share * difference;
  a.residual = 0;
  a.count += b.count;
}

/// Returns the means and the deviations.
std::pair<std::vector<double>, std::vector<double>> statistics(const std::vector<Moments>& moments) {
  std::vector<double> mean, deviation;
  for (const Moments& m : moments) {
    mean.push_back((is_constant(m) ? m.mean + m.residual : m.mean) / m.unit);
    deviation.push_back(is_constant(m) ? 1 : std::sqrt(m.variance) / m.unit);
  }
  return {std::move(mean), std::move(deviation)};
}

void check_shape(const Shape& inputs) {
  if (inputs.size() < 2 || num_elements(inputs) == 0)
    throw ShapeError("Normalization: expected inputs (N, C, ...) with at least one element, got " + to_string(inputs) +
                     ".");
}

}  // namespace

Normalization::Normalization(const Tensor& inputs) {
  check_shape(inputs.shape());
  std::tie(mean_, deviation_) = statistics(moments_of(inputs, 0));
}

Normalization::Normalization(const Dataset& dataset) {
  Shape inputs{dataset.size()};
  for (const std::size_t extent : dataset.input_shape()) inputs.push_back(extent);
  check_shape(inputs);
  std::vector<Moments> moments(inputs[1]);
  for_each_chunk(dataset, [&](const Batch& batch, std::size_t first) {
    const std::vector<Moments> chunk = moments_of(batch.inputs, first);
    for (std::size_t c = 0; c < chunk.size(); ++c) merge(moments[c], chunk[c]);
  });
  std::tie(mean_, deviation_) = statistics(moments);
}

Normalization::Normalization(std::vector<double> mean, std::vector<double> deviation)
    : mean_(std::move(mean)), deviation_(std::move(deviation)) {
  if (mean_.empty() || mean_.size() != deviation_.size())
    throw ValueError(format_text("Normalization: expected a mean and a deviation for each channel, got {} and {}.",
                                 mean_.size(), deviation_.size()));
  for (std::size_t c = 0; c < mean_.size(); ++c)
    if (!std::isfinite(mean_[c]) || !std::isfinite(deviation_[c]) || deviation_[c] <= 0)
      throw ValueError(
          format_text("Normalization: expected a finite mean and a positive deviation of channel {}, got {} and {}.", c,
                      mean_[c], deviation_[c]));
}

void Normalization::apply(Tensor& inputs) const {
  if (inputs.dimension() < 2 || inputs.shape()[1] != mean_.size())
    throw ShapeError("Normalization: expected inputs (N, " + std::to_string(mean_.size()) + ", ...), got " +
                     to_string(inputs.shape()) + ".");
  if (inputs.size() == 0) return;
  const std::size_t row = inputs.size() / inputs.shape()[0];
  for (std::size_t i = 0; i < inputs.shape()[0]; ++i) apply(std::span<Real>(inputs.data() + i * row, row));
}

namespace {

/// Computes x = (x - mean) / deviation, for a deviation whose inverse overflows or underflows.
void divide(Real* x, std::size_t n, double mean, double deviation) {
  const double half = deviation > 1 ? 0.5 : 1;  // the difference of halves cannot overflow
  for (std::size_t k = 0; k < n; ++k)
    x[k] = static_cast<Real>((static_cast<double>(x[k]) * half - mean * half) / (deviation * half));
}

}  // namespace

void Normalization::apply(std::span<Real> sample) const {
  const std::size_t channels = mean_.size(), plane = sample.size() / channels;
  if (plane * channels != sample.size())
    throw ShapeError("Normalization: expected a sample (" + std::to_string(channels) + ", ...), got " +
                     std::to_string(sample.size()) + " values.");
  Real* value = sample.data();
  for (std::size_t c = 0; c < channels; ++c, value += plane) {
    const Real mean = static_cast<Real>(mean_[c]), scale = static_cast<Real>(1 / deviation_[c]);
    if (std::isnormal(scale))
      for (std::size_t k = 0; k < plane; ++k) value[k] = (value[k] - mean) * scale;
    else
      divide(value, plane, mean_[c], deviation_[c]);
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
