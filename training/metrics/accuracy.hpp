#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/training/metrics/metric.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace minnow::inline MINNOW_PRECISION {

struct AccuracyOptions {
  std::optional<double> threshold = std::nullopt;  // for single scores and labels: 0 for logits, 0.5 for probabilities
  std::int64_t ignore_index = -100;                // label of positions to leave out
};

/// The share of positions whose prediction is right, as accuracy_score of scikit-learn. A position is a sample, or a
/// pixel of a sample. A NaN among its scores makes it wrong. The prediction is
///   - of C >= 2 scores: the class of the largest score, the first of equal scores;
///   - of a single score: class 1 if the score exceeds `threshold`, otherwise class 0;
///   - of C >= 2 scores with `threshold` and targets of the same shape: each label whose score exceeds `threshold`. It
///     is right if all C labels are; BinaryAccuracy counts each label on its own.
class MINNOW_API Accuracy {
 public:
  /// Throws ValueError if the threshold is NaN.
  explicit Accuracy(const AccuracyOptions& options = {});

  /// Adds a batch. Allocates nothing. Throws ShapeError if the shapes do not fit or single scores have no threshold,
  /// and ValueError if labels have none. It adds nothing then.
  ///   scores: (N, C) or (N, C, d1, ...); or single scores (N), (N, 1) or (N, 1, d1, ...).
  ///   targets: (N) or (N, d1, ...) class indices, where an index outside [0, C) makes the position wrong; or in the
  ///   shape of the scores. These are labels, positive above 0.5, if there is a threshold; otherwise probabilities,
  ///   whose largest is the true class.
  void add(const Tensor& scores, const Tensor& targets);

  /// In [0, 1]; NaN if there is no position.
  double value() const;
  std::size_t correct() const { return correct_; }
  std::size_t total() const { return total_; }

  /// Visits the counts.
  void visit_state(StateVisitor& visitor) {
    visitor.visit("correct", correct_);
    visitor.visit("total", total_);
  }

 private:
  void add_single_scores(const Tensor& scores, const Tensor& targets);
  void add_labels(const Tensor& scores, const Tensor& targets);

  AccuracyOptions options_;
  std::uint64_t correct_ = 0, total_ = 0;
};

struct BinaryAccuracyOptions {
  double threshold;  // 0 for logits, 0.5 for probabilities
};

/// The share of correct binary decisions, one per element: positive if the score exceeds `threshold`, correct if the
/// target (positive above 0.5) agrees. A NaN score is wrong.
class MINNOW_API BinaryAccuracy {
 public:
  /// Throws ValueError if the threshold is NaN.
  explicit BinaryAccuracy(const BinaryAccuracyOptions& options);

  /// Adds a batch: scores (N, ...), and as many targets. Allocates nothing. Throws ShapeError if the sizes differ.
  void add(const Tensor& scores, const Tensor& targets);

  /// In [0, 1]; NaN if there is no element.
  double value() const;
  std::size_t correct() const { return correct_; }
  std::size_t total() const { return total_; }

  /// Visits the counts.
  void visit_state(StateVisitor& visitor) {
    visitor.visit("correct", correct_);
    visitor.visit("total", total_);
  }

 private:
  BinaryAccuracyOptions options_;
  std::uint64_t correct_ = 0, total_ = 0;
};

namespace metrics {

/// Metric("accuracy", Accuracy(options)): the share of samples whose prediction is right.
MINNOW_API Metric accuracy(const AccuracyOptions& options = {});

/// Metric("binary accuracy", BinaryAccuracy(options)): the share of elements whose decision is right.
MINNOW_API Metric binary_accuracy(const BinaryAccuracyOptions& options);

}  // namespace metrics
}  // namespace minnow::inline MINNOW_PRECISION
