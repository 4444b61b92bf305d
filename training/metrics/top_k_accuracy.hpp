#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// The share of samples whose true class is among the k largest scores. Of equal scores the lower class comes first, so
/// that k = 1 is the accuracy (scikit-learn's top_k_accuracy_score puts the higher first).
class MINNOW_API TopKAccuracy {
 public:
  /// Throws ValueError when k is 0.
  explicit TopKAccuracy(std::size_t k);

  /// Adds a batch: scores (N, C) with C >= 2, class indices (N). Allocates nothing. Throws ShapeError when the shapes
  /// do not fit, ValueError when a label is none or a score is NaN; nothing is added then.
  void add(const Tensor& scores, const Tensor& targets);

  /// In [0, 1]; NaN for no sample.
  double value() const { return static_cast<double>(correct_) / static_cast<double>(total_); }
  std::size_t total() const { return total_; }

 private:
  std::size_t k_, correct_ = 0, total_ = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION
