#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/normalization/detail/batch_norm_pass.hpp>

#include <algorithm>
#include <optional>

/// \file
/// The passes of a BatchNorm, one channel at a time, shared by the layer and by fused steps.

namespace minnow::inline MINNOW_PRECISION {

/// The values of a BatchNorm that an evaluation reads.
struct BatchNormValues {
  std::size_t channels;
  double eps;
  const Real *weight, *bias;               // (C), null without affine
  const Real *running_mean, *running_var;  // (C), null without running statistics

  double weight_of(std::size_t c) const { return weight != nullptr ? static_cast<double>(weight[c]) : 1; }
  double bias_of(std::size_t c) const { return bias != nullptr ? static_cast<double>(bias[c]) : 0; }
  bool tracks_running_stats() const { return running_mean != nullptr; }
};

/// A BatchNorm's values, and what training writes.
struct BatchNormParts {
  const Layer& layer;  // for errors
  BatchNormValues values;
  std::optional<double> momentum;
  Parameter *weight, *bias;                                // null without affine
  Real *running_mean, *running_var, *num_batches_tracked;  // null without running statistics
};

/// Prepares `pass` for an input of the given shape, before any element is read. Training counts the batch. Throws
/// ShapeError if the variance needs more than one element per channel.
void begin_forward(const BatchNormParts& parts, const Shape& input, Mode mode, BatchNormPass& pass);

/// Computes the scale and shift of a channel. A pass on batch statistics first needs the channel's mean and variance in
/// `pass`; training blends them into the running statistics.
void prepare_channel(const BatchNormParts& parts, std::size_t channel, BatchNormPass& pass);

/// Prepares `pass` for evaluation with the running statistics, which must exist.
void prepare_evaluation(const BatchNormValues& values, const Shape& input, BatchNormPass& pass);

/// Normalises the channels [first, last) with the scale and shift in `pass`. y may be x.
void normalize_channels(const BatchNormPass& pass, const Real* x, Real* y, std::size_t first, std::size_t last);

/// Chooses the targets of the gradients of weight and bias.
void begin_backward(const BatchNormParts& parts, BatchNormPass& pass);

/// Adds the gradients of a channel's weight and bias, and computes its x_scale and constant, from the sums in `pass`:
/// with n elements in the channel, r = 1 / deviation and s = weight r,
///   dx = s (dy - sum(dy) / n - (x - mean) r^2 sum(dy (x - mean)) / n).
void prepare_channel_backward(const BatchNormValues& values, std::size_t channel, BatchNormPass& pass);

/// Calls body(first, last) for ranges of channels, on all threads.
template <class Body>
void for_channels(const BatchNormPass& pass, std::size_t channels, const Body& body) {
  const std::size_t grain = light_grain / pass.planes.count() + 1;
  if (!pass.in_columns()) return parallel_for(channels, grain, body);
  constexpr std::size_t line = 16;  // columns that share a cache line; a thread reads several lines of each row
  parallel_for(channels, (std::max(grain, channels / 4) + line - 1) / line * line, body);
}

}  // namespace minnow::inline MINNOW_PRECISION
