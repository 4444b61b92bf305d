#pragma once

#include <minnow/core/tensor.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// The range of fit_temperature.
inline constexpr double min_temperature = 1e-6, max_temperature = 1e6;

/// The T that minimises the mean cross-entropy of softmax(logits / T) on held-out samples, to double precision: it
/// makes the probabilities of a trained classifier honest and changes no prediction (Guo et al., 2017).
/// probabilities(logits, T) applies it.
///   logits: (N, C), or (N) or (N, 1) for class 1 of two; targets: (N) class indices.
/// T stays between min_temperature, which is the answer when every sample is right and the loss falls as T does, and
/// max_temperature, when the logits are no better than chance. It is 1 when no T makes a difference: every row's logits
/// are equal. Throws ShapeError when the shapes do not fit or there is no sample, ValueError when a label is none or a
/// logit is not finite.
MINNOW_API double fit_temperature(const Tensor& logits, const Tensor& targets);

}  // namespace minnow::inline MINNOW_PRECISION
