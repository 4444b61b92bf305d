#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/training/metrics/average.hpp>

#include <vector>

namespace minnow::inline MINNOW_PRECISION {

// Measures of how well scores rank the samples of a class before all other samples, without a threshold. Equal scores
// share a rank. The measures need all samples at once (Predictions gathers batches) and sort them: O(N log N) per
// class.
//   one of two classes: scores (N) or (N, 1), any real values; targets (N) or (N, 1) class indices
//   any number of C labels: scores (N, C), any real values; targets (N, C) of 0 and 1
//   one of C classes: scores (N, C) in [0, 1], each class against the rest; targets (N) class indices. Logits are
//   refused, because logits of different rows have no common scale. The rows need not sum to 1.
// All throw ShapeError if the shapes do not fit, and ValueError if a target is not a class, or not 0 or 1, if a score
// is NaN, or if a score of one of C classes is outside [0, 1].

/// Returns the area under the ROC curve of each class: the probability that a sample of the class has a larger score
/// than another sample, where ties count half. One value per class or label, and a single value for (N) and (N, 1).
/// NaN if all samples or none are of the class.
MINNOW_API std::vector<double> roc_auc_per_class(const Tensor& scores, const Tensor& targets);

/// Returns the average precision of each class: the sum over thresholds of (recall_k - recall_(k-1)) precision_k,
/// without interpolation. One value per class or label, and a single value for (N) and (N, 1). NaN if no sample is of
/// the class.
MINNOW_API std::vector<double> average_precision_per_class(const Tensor& scores, const Tensor& targets);

/// Return a single value. For (N) and (N, 1) it is the value of class 1, whatever the average. For (N, C), macro and
/// weighted are means over the classes whose value is not NaN, and NaN if there is none; micro ranks all N C decisions.
MINNOW_API double roc_auc(const Tensor& scores, const Tensor& targets, Average average = Average::macro);
MINNOW_API double average_precision(const Tensor& scores, const Tensor& targets, Average average = Average::macro);

}  // namespace minnow::inline MINNOW_PRECISION
