#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/training/metrics/confusion_matrix.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// For samples with any number of C labels: a confusion matrix for each label.
///   MultilabelConfusionMatrix matrix({"dog", "cat"}, 0);
///   matrix.add(logits, targets);
///   matrix[1].count(0, 1);  // samples without a cat that were predicted to have one
class MINNOW_API MultilabelConfusionMatrix {
 public:
  /// A label is predicted if its score exceeds `threshold`: 0 for logits, 0.5 for probabilities. Throws ValueError if
  /// there is no label or the threshold is NaN.
  MultilabelConfusionMatrix(std::vector<std::string> label_names, double threshold);

  /// Adds a batch: scores (N, C), targets (N, C) of 0 and 1. Allocates nothing. Throws ShapeError if the shapes do not
  /// fit, and ValueError if a target is not 0 or 1 or a score is NaN. It adds nothing then.
  void add(const Tensor& scores, const Tensor& targets);

  /// Returns the confusion matrix of one label; its classes are "no" and "yes". Throws ValueError if there is no such
  /// label.
  const ConfusionMatrix& operator[](std::size_t label) const;

  const std::vector<std::string>& label_names() const { return label_names_; }
  std::size_t exact() const { return exact_; }  // samples of which every label is right
  std::size_t total() const { return total_; }  // samples

  /// Share of samples of which every label is right, in [0, 1]; NaN if there is no sample.
  double accuracy() const;

 private:
  std::vector<std::string> label_names_;
  double threshold_;
  std::vector<ConfusionMatrix> matrices_;
  std::size_t exact_ = 0, total_ = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION
