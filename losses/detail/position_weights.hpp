#pragma once

#include <minnow/losses/detail/class_targets.hpp>
#include <minnow/losses/loss.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

// Weights of the positions of a batch, (N, d1, ...). An empty vector means that all weights are 1.

/// Writes the weights of positions whose targets are class indices, and returns the sum of sample weight times class
/// weight. `weights` includes the class weight only if `with_class_weight`. Throws ShapeError if the target or the
/// class weight does not fit the prediction. Throws ValueError if an index of a sample with weight is neither a class
/// nor `ignore_index`.
double read_index_weights(const LossInputs& in, const std::optional<Tensor>& class_weight, std::int64_t ignore_index,
                          bool with_class_weight, const Loss& loss, std::vector<double>& weights);

/// Writes the sample weight of each position, for targets that are probabilities, and returns the sum.
double read_sample_weights(const LossInputs& in, const ClassLayout& layout, std::vector<double>& weights);

inline const double* weights_or_null(const std::vector<double>& weights) {
  return weights.empty() ? nullptr : weights.data();
}
inline double weight_at(const std::vector<double>& weights, std::size_t i) { return weights.empty() ? 1 : weights[i]; }

}  // namespace minnow::inline MINNOW_PRECISION
