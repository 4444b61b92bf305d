#pragma once

#include <minnow/losses/loss.hpp>

#include <optional>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

/// Layout of a prediction (N, C) or (N, C, d1, ...): class c of position k of sample n is at (n C + c) positions + k.
struct ClassLayout {
  std::size_t samples, classes, positions;  // positions: d1 d2 ..., 1 for (N, C)

  /// Throws ShapeError, naming `loss`, unless the prediction has a batch axis and at least one class.
  ClassLayout(const Tensor& prediction, const Loss& loss);

  std::size_t offset(std::size_t n, std::size_t c, std::size_t k) const { return (n * classes + c) * positions + k; }
};

/// Returns true if the target contains class indices, false if it has the prediction's shape. Throws ShapeError if it
/// has neither shape.
bool has_class_indices(const LossInputs& in, const Loss& loss);

/// Throws ShapeError unless the target has the shape of class indices, (N, d1, ...).
void check_class_indices(const LossInputs& in, const Loss& loss);

constexpr double sum_tolerance = 1e-4;  // largest accepted difference of a sum of probabilities from 1

/// Throws ValueError, naming `loss`, unless the target is a distribution over the classes (or its logarithm, if
/// `logarithms`) at each position. The target has the prediction's shape. Samples of weight 0 are not checked.
void check_distributions(const LossInputs& in, const ClassLayout& layout, bool logarithms, const Loss& loss);

/// Throws ValueError, naming `loss`, if an element of `weight` is negative or not finite.
void check_weight_values(const std::optional<Tensor>& weight, const char* option, const Loss& loss);

/// Throws ShapeError, naming `loss`, unless `weight` is unset or of shape (classes).
void check_class_weight(const std::optional<Tensor>& weight, std::size_t classes, const Loss& loss);

/// Writes the sum over the positions of each sample. positions: (N, d1, ...), per_sample: (N).
void sum_positions(std::span<const double> positions, std::span<double> per_sample);

}  // namespace minnow::inline MINNOW_PRECISION
