#pragma once

#include <minnow/training/metrics/confusion_matrix.hpp>

#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// A table: precision, recall, F1 and samples of each class, then the accuracy and the macro and weighted means
/// (classification_scores.hpp says what each is).
MINNOW_API std::string classification_report(const ConfusionMatrix& matrix);

}  // namespace minnow::inline MINNOW_PRECISION
