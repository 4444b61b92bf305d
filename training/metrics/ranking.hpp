#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/training/metrics/average.hpp>

#include <vector>

namespace minnow::inline MINNOW_PRECISION {

// How well scores rank the samples of a class before the others, at no threshold in particular; equal scores stand at
// one place. All samples must be at hand (Predictions gathers batches) and are sorted: O(N log N) for each class.
//   scores: (N) or (N, 1), any scores of class 1 of two, logits or probabilities; or (N, C), probabilities, each class
//           against the rest, because logits of different rows are on no common scale.
//   targets: (N) class indices.
// All throw ShapeError when the shapes do not fit, ValueError when a label is none, a score is NaN, or a row of (N, C)
// does not hold probabilities.

/// The probability that a sample of the class has a larger score than another, ties counting half: the area under the
/// ROC curve. One number per class, for (N) and (N, 1) one in all; NaN when all samples or none are of the class.
MINNOW_API std::vector<double> roc_auc_per_class(const Tensor& scores, const Tensor& targets);

/// The sum over thresholds of (recall_k - recall_(k-1)) precision_k, without interpolation. One number per class, for
/// (N) and (N, 1) one in all; NaN when no sample is of the class.
MINNOW_API std::vector<double> average_precision_per_class(const Tensor& scores, const Tensor& targets);

/// One number: of class 1 for (N) and (N, 1), whatever the average; for (N, C) the macro or weighted mean of the
/// classes for which it is defined, NaN when for none, or, micro, one ranking of all N C decisions.
MINNOW_API double roc_auc(const Tensor& scores, const Tensor& targets, Average average = Average::macro);
MINNOW_API double average_precision(const Tensor& scores, const Tensor& targets, Average average = Average::macro);

}  // namespace minnow::inline MINNOW_PRECISION
