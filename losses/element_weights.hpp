#pragma once

#include <minnow/losses/loss.hpp>

#include <optional>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// A loss's weight for each element of a sample, given for its last axes: (C) weighs the classes of (N, C).
class ElementWeights {
 public:
  /// Throws ValueError, naming `loss`, for a weight that is negative or not finite.
  ElementWeights(std::optional<Tensor> weight, std::string option, const Loss& loss);

  /// One for each element of a sample of `prediction`, or null when all are 1. Throws ShapeError when the weight's
  /// shape is not the end of the sample's.
  const Real* of(const Tensor& prediction, const Loss& loss);

 private:
  std::optional<Tensor> weight_;
  std::string option_;
  std::vector<Real> expanded_;
};

}  // namespace minnow::inline MINNOW_PRECISION
