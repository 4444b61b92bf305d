#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// Scores and class indices that fit each other: what every metric reads, and where it is checked, all rows before the
/// first is counted.
///   scores: (N, C), or (N) or (N, 1) for class 1 of two; targets: (N) or (N, 1).
class ScoredSamples {
 public:
  /// Throws ShapeError when the shapes do not fit each other or `classes` (0 = any number), ValueError when a label is
  /// none or a score is NaN. Both tensors must outlive this view.
  ScoredSamples(const Tensor& scores, const Tensor& targets, const char* who, std::size_t classes = 0);

  /// Throw ValueError, naming row and value.
  void check_finite() const;
  void check_probabilities() const;  // in [0, 1], and rows of several that sum to 1 within 1e-4

  std::size_t size() const { return size_; }
  std::size_t classes() const { return classes_; }
  std::size_t columns() const { return columns_; }
  bool single_column() const { return columns_ != classes_; }

  std::size_t label(std::size_t i) const { return static_cast<std::size_t>(targets_[i]); }
  const Real* row(std::size_t i) const { return scores_ + i * columns_; }
  double score(std::size_t i, std::size_t column) const { return static_cast<double>(row(i)[column]); }

  /// The class of the largest score, the first of equals; of a single column 1 when the score is above the threshold.
  std::size_t predicted(std::size_t i, double threshold) const;

 private:
  const char* who_;
  const Real *scores_, *targets_;
  std::size_t size_, columns_, classes_;
};

}  // namespace minnow::inline MINNOW_PRECISION
