#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/training/metrics/average.hpp>

#include <vector>

namespace minnow::inline MINNOW_PRECISION {

// Measures of how well scores rank the samples of a class before all other samples, without a threshold. Equal scores
// share a rank. The measures need all samples at once (Predictions gathers batches) and sort them: O(N log N) per
// class.
//   scores: (N) or (N, 1), logits or probabilities of class 1 of two; or (N, C) probabilities, each class against the
//           rest. Logits (N, C) are refused, because logits of different rows have no common scale.
//   targets: (N) class indices.
// All throw ShapeError if the shapes do not fit, and ValueError if a label is not a class, a score is NaN, or a row of
// (N, C) is not a row of probabilities.

/// Returns the area under the ROC curve of each class: the probability that a sample of the class has a larger score
/// than another sample, where ties count half. One value per class, and a single value for (N) and (N, 1). NaN if all
/// samples or none are of the class.
MINNOW_API std::vector<double> roc_auc_per_class(const Tensor& scores, const Tensor& targets);

/// Returns the average precision of each class: the sum over thresholds of (recall_k - recall_(k-1)) precision_k,
/// without interpolation. One value per class, and a single value for (N) and (N, 1). NaN if no sample is of the class.
MINNOW_API std::vector<double> average_precision_per_class(const Tensor& scores, const Tensor& targets);

/// Return a single value. For (N) and (N, 1) it is the value of class 1, whatever the average. For (N, C), macro and
/// weighted are means over the classes whose value is not NaN, and NaN if there is none; micro ranks all N C decisions.
MINNOW_API double roc_auc(const Tensor& scores, const Tensor& targets, Average average = Average::macro);
MINNOW_API double average_precision(const Tensor& scores, const Tensor& targets, Average average = Average::macro);

}  // namespace minnow::inline MINNOW_PRECISION
