#pragma once

#include <minnow/training/metrics/average.hpp>
#include <minnow/training/metrics/confusion_matrix.hpp>
#include <minnow/training/metrics/multilabel_confusion_matrix.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// precision = correct / predicted, recall = correct / samples, f1 = 2 correct / (predicted + samples). Each is 0 if it
/// divides by 0, as with the default of scikit-learn's zero_division.
struct PrecisionRecallF1 {
  double precision, recall, f1;
  std::size_t samples;  // number of true samples of the class or label; their sum for a mean
};

/// Returns the scores of one class or label. Throws ValueError if there is no such class or label.
MINNOW_API PrecisionRecallF1 precision_recall_f1(const ConfusionMatrix& matrix, std::size_t class_index);
MINNOW_API PrecisionRecallF1 precision_recall_f1(const MultilabelConfusionMatrix& matrix, std::size_t label);

/// Returns the scores of all classes or labels, including those without samples. For classes and Average::micro all
/// three are the accuracy.
MINNOW_API PrecisionRecallF1 precision_recall_f1(const ConfusionMatrix& matrix, Average average);
MINNOW_API PrecisionRecallF1 precision_recall_f1(const MultilabelConfusionMatrix& matrix, Average average);

/// Returns the mean recall of the classes that have samples; NaN if no class has any.
MINNOW_API double balanced_accuracy(const ConfusionMatrix& matrix);

/// Returns the Matthews correlation of truth t and prediction p (Gorodkin, 2004), in [-1, 1]; 0 if all samples are of
/// one class, in truth or in prediction.
///   (correct total - sum t_c p_c) / sqrt((total^2 - sum t_c^2) (total^2 - sum p_c^2))
MINNOW_API double matthews_correlation(const ConfusionMatrix& matrix);

/// Returns the agreement beyond chance (Cohen, 1960), in [-1, 1]; NaN if truth and prediction are the same single class
/// for all samples.
///   (correct total - sum t_c p_c) / (total^2 - sum t_c p_c)
MINNOW_API double cohens_kappa(const ConfusionMatrix& matrix);

}  // namespace minnow::inline MINNOW_PRECISION
