#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// What a confusion matrix is divided by: each row by its true samples, each column by its predictions, or everything
/// by the number of samples.
enum class Normalize { truth, prediction, all };

/// Counts of (true class, predicted class).
class MINNOW_API ConfusionMatrix {
 public:
  /// `threshold` is for scores (N) or (N, 1) of two classes: those above it predict class 1; 0.5 suits probabilities, 0
  /// logits. Throws ValueError for no class.
  explicit ConfusionMatrix(std::vector<std::string> class_names, double threshold = 0.5);

  /// Adds a batch: scores (N, C), or (N) or (N, 1) when C = 2, and class indices (N). The largest score predicts, the
  /// first of equals. Allocates nothing. Throws ShapeError when the shapes do not fit, ValueError when a label is none
  /// or a score is NaN; nothing is added then.
  void add(const Tensor& scores, const Tensor& targets);

  std::size_t count(std::size_t truth, std::size_t predicted) const;
  std::size_t true_count(std::size_t truth) const;           // samples of a class
  std::size_t predicted_count(std::size_t predicted) const;  // samples taken for it
  std::size_t correct() const;                               // on the diagonal
  std::size_t total() const;
  const std::vector<std::string>& class_names() const { return class_names_; }

  /// Share of samples on the diagonal, in [0, 1]; NaN for none.
  double accuracy() const;

  /// The counts as shares, (C, C), true class first; 0 where there is nothing to divide by.
  DoubleTensor normalized(Normalize by) const;

  /// A table: a row per true class, a column per predicted class, and each class's recall. Columns are numbered when a
  /// name is longer than 9 characters.
  std::string to_string() const;

  /// The same of the shares, in percent.
  std::string to_string(Normalize by) const;

 private:
  std::vector<std::string> class_names_;
  double threshold_;
  std::vector<std::size_t> counts_;  // (C, C), true class first
};

}  // namespace minnow::inline MINNOW_PRECISION
