#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// Log loss and Brier score of predicted probabilities. Both depend on the probabilities, not only on the predicted
/// class; smaller is better.
class MINNOW_API ProbabilityScores {
 public:
  /// Adds a batch: probabilities (N, C), or the probabilities of class 1 of two, (N) or (N, 1); class indices (N).
  /// Allocates nothing. Throws ShapeError if the shapes do not fit or the number of columns differs from earlier
  /// batches, and ValueError if a label is not a class, a probability is outside [0, 1], or a row does not sum to 1; a
  /// row of C may differ by C times 0.0005, the error of three digits. It adds nothing then.
  void add(const Tensor& probabilities, const Tensor& targets);

  /// Mean of -log(probability of the true class), in nats. A probability counts as at least 2^-52, as in scikit-learn
  /// in double, so that a sample adds at most 36.04. NaN if there is no sample.
  double log_loss() const;

  /// Mean squared error of the probabilities. For (N, C) it is the sum over the classes of (p_c - t_c)^2, in [0, 2]
  /// (Brier, 1950); for (N) and (N, 1) it is (p - t)^2, in [0, 1], half of that sum. NaN if there is no sample.
  double brier_score() const;

  std::size_t total() const { return total_; }

 private:
  std::size_t columns_ = 0, total_ = 0;
  double log_loss_ = 0, squared_error_ = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION
