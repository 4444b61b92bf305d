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
  /// For class indices. Throws ValueError for one that is neither a class nor `ignore_index`, unless its sample has no
  /// weight.
  /// The class weight becomes a part of the position's weight only if `with_class_weight`.
  void read(const LossInputs& in, const ClassLayout& layout, const std::optional<Tensor>& class_weight,
            std::int64_t ignore_index, bool with_class_weight, const Loss& loss);

  /// For targets without indices: the sample weights alone.
  void read(const LossInputs& in, const ClassLayout& layout);

  /// (N positions), or null when each counts once.
  const double* data() const { return values_.empty() ? nullptr : values_.data(); }
  double operator[](std::size_t i) const { return values_.empty() ? 1 : values_[i]; }

  /// The sum of sample weight times class weight over the positions that are not ignored.
  double total() const { return total_; }

 private:
  std::vector<double> values_;
  double total_ = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION
