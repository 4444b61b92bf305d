#pragma once

#include <minnow/losses/loss.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct ClassLayout;

/// What the positions of a batch count for.
class PositionWeights {
 public:
  /// For class indices; returns what they weigh together. The class weight becomes a part of each position's weight
  /// only if `with_class_weight`. Throws ShapeError when the target or the class weight does not fit the prediction,
  /// and ValueError for an index that is neither a class nor `ignore_index`, unless its sample has no weight.
  double read_indices(const LossInputs& in, const std::optional<Tensor>& class_weight, std::int64_t ignore_index,
                      bool with_class_weight, const Loss& loss);

  /// For targets without indices, where sample weights are all there is.
  double read_samples(const LossInputs& in, const ClassLayout& layout);

  /// (N positions), or null when each counts once.
  const double* data() const { return values_.empty() ? nullptr : values_.data(); }
  double operator[](std::size_t i) const { return values_.empty() ? 1 : values_[i]; }

 private:
  std::vector<double> values_;
};

}  // namespace minnow::inline MINNOW_PRECISION
