#pragma once

#include <minnow/core/tensor.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// The range of the result of fit_temperature.
inline constexpr double min_temperature = 1e-6, max_temperature = 1e6;

/// Returns the temperature T that minimises the mean cross-entropy of softmax(logits / T) on held-out samples, to
/// double precision. It calibrates the probabilities of a trained classifier and changes no prediction (Guo et al.,
/// 2017). probabilities(logits, T) applies the temperature.
///   logits: (N, C), or (N) or (N, 1) for class 1 of two; targets: (N) class indices.
/// T is min_temperature if all samples are correct, so that the loss falls as T falls, and max_temperature if the
/// logits are no better than chance. T is 1 if the logits of each row are equal, so that no T has an effect. Throws
/// ShapeError if the shapes do not fit or there is no sample, and ValueError if a label is not a class or a logit is
/// not finite.
MINNOW_API double fit_temperature(const Tensor& logits, const Tensor& targets);

}  // namespace minnow::inline MINNOW_PRECISION
