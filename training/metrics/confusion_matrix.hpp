#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The divisor of a normalised confusion matrix: of each row its true samples, of each column its predictions, or of
/// all cells the number of samples.
enum class Normalize { truth, prediction, all };

/// Counts of (true class, predicted class).
class MINNOW_API ConfusionMatrix {
 public:
  /// A single score per sample, for two classes, predicts class 1 if it exceeds `threshold`: 0 for logits, 0.5 for
  /// probabilities. Throws ValueError if there is no class or the threshold is NaN.
  explicit ConfusionMatrix(std::vector<std::string> class_names, std::optional<double> threshold = std::nullopt);

  /// Adds a batch: scores (N, C), or (N) or (N, 1) if C = 2; class indices (N). Of C scores the predicted class has the
  /// largest, the first of equal scores. Allocates nothing. Throws ShapeError if the shapes do not fit or single scores
  /// have no threshold, and ValueError if a label is not a class or a score is NaN. It adds nothing then.
  void add(const Tensor& scores, const Tensor& targets);

  std::size_t count(std::size_t truth, std::size_t predicted) const;
  std::size_t true_count(std::size_t truth) const;           // true samples of the class
  std::size_t predicted_count(std::size_t predicted) const;  // predictions of the class
  std::size_t correct() const;                               // on the diagonal
  std::size_t total() const;
  const std::vector<std::string>& class_names() const { return class_names_; }

  /// Share of samples on the diagonal, in [0, 1]; NaN if there is no sample.
  double accuracy() const;

  /// Returns the counts as shares, (C, C), true class first. A share is 0 if its divisor is 0.
  DoubleTensor normalized(Normalize by) const;

  /// Returns a table: a row per true class, a column per predicted class, and the recall of each class. The columns
  /// have numbers instead of names if a name takes more than 16 columns of a terminal. Names that are not UTF-8 are
  /// escaped.
  std::string to_string() const;

  /// Returns a table of the shares, in percent.
  std::string to_string(Normalize by) const;

 private:
  friend class MultilabelConfusionMatrix;

  std::vector<std::string> class_names_;
  std::optional<double> threshold_;
  std::vector<std::size_t> counts_;  // (C, C), true class first
};

}  // namespace minnow::inline MINNOW_PRECISION
