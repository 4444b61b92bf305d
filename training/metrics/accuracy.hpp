#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/training/metrics/metric.hpp>

#include <cstddef>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION {

struct AccuracyOptions {
  std::int64_t ignore_index = -100;  // label of positions to leave out
};

/// The share of positions whose predicted class is the true class. The predicted class has the largest score, the first
/// of equal scores. A NaN among the scores of a position makes it wrong. A position is a sample, or a pixel of a
/// sample.
class MINNOW_API Accuracy {
 public:
  explicit Accuracy(const AccuracyOptions& options = {}) : options_(options) {}

  /// Adds a batch. Allocates nothing. Throws ShapeError if the shapes do not fit.
  ///   scores: (N, C) or (N, C, d1, ...). For one score per sample use BinaryAccuracy.
  ///   targets: (N) or (N, d1, ...) class indices; or probabilities in the shape of the scores, whose largest is the
  ///   true class. An index outside [0, C) makes the position wrong.
  void add(const Tensor& scores, const Tensor& targets);

  /// In [0, 1]; NaN if there is no position.
  double value() const { return static_cast<double>(correct_) / static_cast<double>(total_); }
  std::size_t correct() const { return correct_; }
  std::size_t total() const { return total_; }

 private:
  AccuracyOptions options_;
  std::size_t correct_ = 0, total_ = 0;
};

struct BinaryAccuracyOptions {
  double threshold = 0;  // 0 for logits, 0.5 for probabilities
};

/// The share of correct binary decisions, one per element: positive if the score exceeds `threshold`, correct if the
/// target (positive above 0.5) agrees. A NaN score is wrong.
class MINNOW_API BinaryAccuracy {
 public:
  explicit BinaryAccuracy(const BinaryAccuracyOptions& options = {}) : options_(options) {}

  /// Adds a batch: scores (N, ...), and as many targets. Allocates nothing. Throws ShapeError if the sizes differ.
  void add(const Tensor& scores, const Tensor& targets);

  /// In [0, 1]; NaN if there is no element.
  double value() const { return static_cast<double>(correct_) / static_cast<double>(total_); }
  std::size_t correct() const { return correct_; }
  std::size_t total() const { return total_; }

 private:
  BinaryAccuracyOptions options_;
  std::size_t correct_ = 0, total_ = 0;
};

namespace metrics {

/// Metric("accuracy", Accuracy(options)): for one of C classes.
MINNOW_API Metric accuracy(const AccuracyOptions& options = {});

/// Metric("binary accuracy", BinaryAccuracy(options)): for binary and multi-label classification.
MINNOW_API Metric binary_accuracy(const BinaryAccuracyOptions& options = {});

}  // namespace metrics
}  // namespace minnow::inline MINNOW_PRECISION
