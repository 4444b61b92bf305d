#pragma once

#include <minnow/losses/loss.hpp>

#include <cstdint>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Where the classes of a prediction (N, C) or (N, C, d1, ...) lie: number c of position k of sample n is at
/// (n C + c) positions + k.
struct ClassLayout {
  std::size_t samples, classes, positions;  // positions: d1 d2 ..., 1 for (N, C)

  /// Throws ShapeError, naming `loss`, unless there are at least one class and a batch axis.
  ClassLayout(const Tensor& prediction, const Loss& loss);
};

/// Whether the target holds class indices rather than a number for each element of the prediction. Throws ShapeError
/// when it is neither.
bool holds_class_indices(const LossInputs& in, const Loss& loss);

/// Throws ValueError, naming `loss`, unless every number of `weight`, if it is set, is finite and not negative.
void check_weight_values(const Tensor& weight, const char* option, const Loss& loss);

/// Throws ShapeError, naming `loss`, unless `weight` is unset or (classes).
void check_class_weight(const Tensor& weight, std::size_t classes, const Loss& loss);

/// What the positions of a batch count for.
class PositionWeights {
 public:
  /// For class indices. Throws ValueError for one that is neither a class nor `ignore_index`.
  /// The class weight becomes a part of the position's weight only if `with_class_weight`.
  void read(const LossInputs& in, const ClassLayout& layout, const Tensor& class_weight, std::int64_t ignore_index,
            bool with_class_weight, const Loss& loss);

  /// For targets without indices: the sample weights alone.
  void read(const LossInputs& in, const ClassLayout& layout);

  /// (N positions), or null when each counts once.
  const Real* data() const { return values_.empty() ? nullptr : values_.data(); }
  double operator[](std::size_t i) const { return values_.empty() ? 1 : static_cast<double>(values_[i]); }

  /// The sum of sample weight times class weight over the positions that are not ignored.
  double total() const { return total_; }

 private:
  std::vector<Real> values_;
  double total_ = 0;
};

/// per_sample_n = the sum of sample n's positions.
void sum_positions(std::span<const double> positions, std::span<double> per_sample);

}  // namespace minnow::inline MINNOW_PRECISION
