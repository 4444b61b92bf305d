#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/training/metrics/metric.hpp>

#include <cstddef>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION {

/// The share of samples whose true class is among the k largest scores. Of equal scores the lower class ranks first, so
/// that k = 1 is the accuracy (in scikit-learn's top_k_accuracy_score the higher class ranks first).
class MINNOW_API TopKAccuracy {
 public:
  /// Throws ValueError if k is 0.
  explicit TopKAccuracy(std::size_t k);

  /// Adds a batch: scores (N, C) with C >= 2, class indices (N). Allocates nothing. Throws ShapeError if the shapes do
  /// not fit, and ValueError if a label is not a class or a score is NaN. It adds nothing then.
  void add(const Tensor& scores, const Tensor& targets);

  /// In [0, 1]; NaN if there is no sample.
  double value() const;
  std::size_t total() const { return total_; }

  /// Visits the counts.
  void visit_state(StateVisitor& visitor) {
    visitor.visit("correct", correct_);
    visitor.visit("total", total_);
  }

 private:
  std::size_t k_;
  std::uint64_t correct_ = 0, total_ = 0;
};

namespace metrics {

/// Metric("top-3 accuracy", TopKAccuracy(3)), for k = 3.
MINNOW_API Metric top_k_accuracy(std::size_t k);

}  // namespace metrics

}  // namespace minnow::inline MINNOW_PRECISION
