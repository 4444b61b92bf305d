#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// Log loss and Brier score: what predicted probabilities cost when the truth is known. Both reward honest
/// probabilities, not only the right class; smaller is better.
class MINNOW_API ProbabilityScores {
 public:
  /// Adds a batch: probabilities (N, C), or those of class 1 of two (N) or (N, 1), and class indices (N). Allocates
  /// nothing. Throws ShapeError when the shapes do not fit, or the number of columns is not that of the batches before;
  /// ValueError when a label is none, a probability is outside [0, 1] or a row does not sum to 1 within 1e-4. Nothing
  /// is added then.
  void add(const Tensor& probabilities, const Tensor& targets);

  /// The mean of -log(probability of the true class), in nats, at most 36.04 a sample: a probability counts as at least
  /// 2^-52, as in scikit-learn in double. NaN for no sample.
  double log_loss() const { return log_loss_ / static_cast<double>(total_); }

  /// The mean squared error of the probabilities. (N, C): the sum over the classes of (p_c - t_c)^2, in [0, 2], as
  /// Brier (1950) has it; (N) and (N, 1): (p - t)^2, in [0, 1], half of that. NaN for no sample.
  double brier_score() const { return squared_error_ / static_cast<double>(total_); }

  std::size_t total() const { return total_; }

 private:
  std::size_t columns_ = 0, total_ = 0;
  double log_loss_ = 0, squared_error_ = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION
