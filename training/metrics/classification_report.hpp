#pragma once

#include <minnow/training/metrics/confusion_matrix.hpp>
#include <minnow/training/metrics/multilabel_confusion_matrix.hpp>

#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// Returns a table of the precision, recall, F1 and number of samples of each class, the accuracy, and the macro and
/// weighted means. classification_scores.hpp defines them.
MINNOW_API std::string classification_report(const ConfusionMatrix& matrix);

/// Returns the same for the labels of samples with any number of labels, with the micro mean instead of the accuracy.
MINNOW_API std::string classification_report(const MultilabelConfusionMatrix& matrix);

}  // namespace minnow::inline MINNOW_PRECISION
