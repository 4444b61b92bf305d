#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// How many rows of `scores` (N, C) have their largest score where the target says: `targets` are class indices (N), or
/// (N, C) with the largest at the true class. Allocates nothing. Throws ShapeError when the shapes do not fit.
MINNOW_API std::size_t count_correct(const Tensor& scores, const Tensor& targets);

/// Counts of (true class, predicted class).
class MINNOW_API ConfusionMatrix {
 public:
  explicit ConfusionMatrix(std::vector<std::string> class_names);

  /// Adds a batch: scores (N, C), class indices (N). Throws ShapeError or ValueError when they do not fit.
  void add(const Tensor& scores, const Tensor& targets);

  std::size_t count(std::size_t truth, std::size_t predicted) const;
  std::size_t total() const;

  /// Share of samples on the diagonal, in [0, 1]; NaN for none.
  double accuracy() const;

  /// A table: a row per true class, a column per predicted class, and each class's recall.
  std::string to_string() const;

 private:
  std::vector<std::string> class_names_;
  std::vector<std::size_t> counts_;  // (C, C), true class first
};

}  // namespace minnow::inline MINNOW_PRECISION
