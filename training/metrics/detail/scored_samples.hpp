#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// Checked view of the scores and class indices of a batch, for metrics. The constructor checks all rows, so that a
/// metric adds a whole batch or nothing.
///   scores: (N, C), or (N) or (N, 1) for class 1 of two; targets: (N) or (N, 1).
class ScoredSamples {
 public:
  /// Throws ShapeError if the shapes do not fit each other or `classes` (0: any number), and ValueError if a label is
  /// not a class or a score is NaN. Both tensors must outlive this view. `who` starts the errors.
  ScoredSamples(const Tensor& scores, const Tensor& targets, const char* who, std::size_t classes = 0);

  /// Throw ValueError, naming the row and the value, unless all logits are finite, all scores are in [0, 1], or all
  /// rows are probabilities.
  void check_finite() const;
  void check_probability_range() const;
  void check_probabilities() const;  // in [0, 1], and rows of C that sum to 1, each rounded to three digits or better

  std::size_t size() const { return size_; }
  std::size_t classes() const { return classes_; }
  std::size_t columns() const { return columns_; }
  bool single_column() const { return columns_ != classes_; }

  std::size_t label(std::size_t i) const { return static_cast<std::size_t>(targets_[i]); }
  const Real* row(std::size_t i) const { return scores_ + i * columns_; }
  double score(std::size_t i, std::size_t column) const { return static_cast<double>(row(i)[column]); }

  /// Returns the class of the largest score, the first of equal scores; for a single column 1 if the score exceeds
  /// `threshold`, else 0.
  std::size_t predicted(std::size_t i, double threshold) const;

 private:
  const char* who_;
  const Real *scores_, *targets_;
  std::size_t size_, columns_, classes_;
};

}  // namespace minnow::inline MINNOW_PRECISION
