#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// Checked view of the scores and labels of a batch whose samples have any number of C labels. The constructor checks
/// all rows, so that a metric adds a whole batch or nothing.
///   scores: (N, C); targets: (N, C) of 0 and 1.
class ScoredLabels {
 public:
  /// Throws ShapeError if the shapes do not fit each other or `labels` (0: any number), and ValueError if a target is
  /// not 0 or 1, or a score is NaN. Both tensors must outlive this view. `who` starts the errors.
  ScoredLabels(const Tensor& scores, const Tensor& targets, const char* who, std::size_t labels = 0);

  std::size_t size() const { return size_; }
  std::size_t labels() const { return labels_; }
  Real score(std::size_t i, std::size_t label) const { return scores_[i * labels_ + label]; }
  bool has_label(std::size_t i, std::size_t label) const { return targets_[i * labels_ + label] == 1; }

 private:
  const Real *scores_, *targets_;
  std::size_t size_, labels_;
};

}  // namespace minnow::inline MINNOW_PRECISION
