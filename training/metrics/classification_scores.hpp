#pragma once

#include <minnow/training/metrics/average.hpp>
#include <minnow/training/metrics/confusion_matrix.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// precision = right / predicted, recall = right / samples, f1 = 2 right / (predicted + samples): each 0 where that
/// divides by 0, as scikit-learn's zero_division does by default.
struct PrecisionRecallF1 {
  double precision, recall, f1;
  std::size_t samples;  // that truly are of the class, or of all
};

/// Of one class. Throws ValueError when there is no such class.
MINNOW_API PrecisionRecallF1 precision_recall_f1(const ConfusionMatrix& matrix, std::size_t class_index);

/// Of all the named classes, also those that never occur; all three are the accuracy for Average::micro.
MINNOW_API PrecisionRecallF1 precision_recall_f1(const ConfusionMatrix& matrix, Average average);

/// The mean recall of the classes that have samples; NaN when none has.
MINNOW_API double balanced_accuracy(const ConfusionMatrix& matrix);

/// Matthews correlation of truth t and prediction p (Gorodkin, 2004), in [-1, 1]; 0 when either is always one class.
///   (correct total - sum t_c p_c) / sqrt((total^2 - sum t_c^2) (total^2 - sum p_c^2))
MINNOW_API double matthews_correlation(const ConfusionMatrix& matrix);

/// Agreement beyond chance (Cohen, 1960), in [-1, 1]; NaN when truth and prediction are always the same one class.
///   (correct total - sum t_c p_c) / (total^2 - sum t_c p_c)
MINNOW_API double cohens_kappa(const ConfusionMatrix& matrix);

}  // namespace minnow::inline MINNOW_PRECISION
