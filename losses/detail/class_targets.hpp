#pragma once

#include <minnow/losses/loss.hpp>

#include <optional>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

/// Where the classes of a prediction (N, C) or (N, C, d1, ...) lie: number c of position k of sample n is at
/// (n C + c) positions + k.
struct ClassLayout {
  std::size_t samples, classes, positions;  // positions: d1 d2 ..., 1 for (N, C)

  /// Throws ShapeError, naming `loss`, unless there are at least one class and a batch axis.
  ClassLayout(const Tensor& prediction, const Loss& loss);

  std::size_t offset(std::size_t n, std::size_t c, std::size_t k) const { return (n * classes + c) * positions + k; }
};

/// Whether the target holds class indices rather than a number for each element of the prediction. Throws ShapeError
/// when it is neither.
bool holds_class_indices(const LossInputs& in, const Loss& loss);

/// Throws ShapeError unless the target holds class indices.
void check_class_indices(const LossInputs& in, const Loss& loss);

constexpr double sum_tolerance = 1e-4;  // how far from 1 target probabilities may add up to

/// Throws ValueError, naming `loss`, for a target like the prediction that is not a distribution over the classes at
/// each position of the samples that have weight, or the logarithm of one.
void check_distributions(const LossInputs& in, const ClassLayout& layout, bool logarithms, const Loss& loss);

/// Throws ValueError, naming `loss`, unless every number of `weight`, if it is set, is finite and not negative.
void check_weight_values(const std::optional<Tensor>& weight, const char* option, const Loss& loss);

/// Throws ShapeError, naming `loss`, unless `weight` is unset or (classes).
void check_class_weight(const std::optional<Tensor>& weight, std::size_t classes, const Loss& loss);

/// per_sample_n = the sum of sample n's positions.
void sum_positions(std::span<const double> positions, std::span<double> per_sample);

}  // namespace minnow::inline MINNOW_PRECISION
