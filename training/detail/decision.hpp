#pragma once

#include <minnow/core/tensor.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

// The rule by which all metrics turn scores into classes. Of several scores for one class, index_of_largest is the
// class. A single score for class 1 of two, and the score of each label of a sample with any number of labels, is
// compared with a threshold that the caller gives.

/// Returns true if the score predicts class 1, or the presence of a label.
inline bool exceeds(Real score, double threshold) { return score > static_cast<Real>(threshold); }

/// Throws ValueError if the threshold is NaN. `who` starts the errors.
void check_threshold(std::optional<double> threshold, const char* who);

/// Returns the threshold for a single score per sample. Throws ShapeError if there is none, because these scores have
/// no largest one.
double single_score_threshold(std::optional<double> threshold, const Shape& scores, const char* who);

}  // namespace minnow::inline MINNOW_PRECISION
