#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/metrics/detail/scored_labels.hpp>

#include <cmath>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

ScoredLabels::ScoredLabels(const Tensor& scores, const Tensor& targets, const char* who, std::size_t labels)
    : scores_(scores.data()), targets_(targets.data()) {
  const Shape& shape = scores.shape();
  if (shape.size() != 2 || shape[1] == 0 || targets.shape() != shape || (labels != 0 && shape[1] != labels)) {
    const std::string columns = labels == 0 ? "C" : std::to_string(labels);
    throw ShapeError(format_text("{}: expected scores (N, {}) and targets (N, {}) of 0 and 1, got {} and {}.", who,
                                 columns, columns, to_string(shape), to_string(targets.shape())));
  }
  size_ = shape[0];
  labels_ = shape[1];
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (targets_[i] != 0 && targets_[i] != 1)
      throw ValueError(
          format_text("{}: expected targets of 0 and 1, got {} in row {}.", who, targets_[i], i / labels_));
    if (std::isnan(scores_[i]))
      throw ValueError(format_text("{}: expected scores, got nan in row {}.", who, i / labels_));
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
