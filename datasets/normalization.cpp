#include <minnow/core/error.hpp>
#include <minnow/datasets/normalization.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Calls body(value, channel) for each element of (N, C, ...).
template <class Body>
void for_each_channel(const Tensor& inputs, Body body) {
  const std::size_t samples = inputs.shape()[0], channels = inputs.shape()[1];
  const std::size_t plane = inputs.size() / (samples * channels);
  const Real* value = inputs.data();
  for (std::size_t i = 0; i < samples; ++i)
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t k = 0; k < plane; ++k) body(*value++, c);
}

}  // namespace

Normalization::Normalization(const Tensor& inputs) {
  if (inputs.dimension() < 2 || inputs.size() == 0)
    throw ShapeError("Normalization: expected inputs (N, C, ...) with at least one element, got " +
                     to_string(inputs.shape()) + ".");
  const std::size_t channels = inputs.shape()[1];
  const double count = static_cast<double>(inputs.size() / channels);
  mean_.assign(channels, 0);
  deviation_.assign(channels, 0);
  for_each_channel(inputs, [&](Real value, std::size_t c) { mean_[c] += static_cast<double>(value); });
  for (double& mean : mean_) mean /= count;
  for_each_channel(inputs, [&](Real value, std::size_t c) {
    const double difference = static_cast<double>(value) - mean_[c];
    deviation_[c] += difference * difference;
  });
  for (double& deviation : deviation_) {
    deviation = std::sqrt(deviation / count);
    if (!(deviation > 0)) deviation = 1;
  }
}

void Normalization::apply(Tensor& inputs) const {
  if (inputs.dimension() < 2 || inputs.shape()[1] != mean_.size())
    throw ShapeError("Normalization: expected inputs (N, " + std::to_string(mean_.size()) + ", ...), got " +
                     to_string(inputs.shape()) + ".");
  if (inputs.size() == 0) return;
  const std::size_t row = inputs.size() / inputs.shape()[0];
  for (std::size_t i = 0; i < inputs.shape()[0]; ++i) apply(std::span<Real>(inputs.data() + i * row, row));
}

void Normalization::apply(std::span<Real> sample) const {
  const std::size_t channels = mean_.size(), plane = sample.size() / channels;
  if (plane * channels != sample.size())
    throw ShapeError("Normalization: expected a sample (" + std::to_string(channels) + ", ...), got " +
                     std::to_string(sample.size()) + " values.");
  Real* value = sample.data();
  for (std::size_t c = 0; c < channels; ++c, value += plane) {
    const Real mean = static_cast<Real>(mean_[c]), scale = static_cast<Real>(1 / deviation_[c]);
    for (std::size_t k = 0; k < plane; ++k) value[k] = (value[k] - mean) * scale;
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
