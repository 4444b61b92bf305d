#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

struct LabelCheck {
  std::size_t first_wrong;  // n when every label is right
  std::size_t ignored;      // how many are `ignored`
};
/// Whether each label is a whole number in [0, classes), or `ignored`.
LabelCheck check_labels(const Real* labels, std::size_t n, std::size_t classes, Real ignored);

/// Positions to be classified: class c of position k of sample n is x[(n classes + c) positions + k], and everything
/// that a position has one of is at [n positions + k].
struct ClassPositions {
  std::size_t samples, classes, positions;
  const Real* x;          // logits
  const double* weights;  // 0: losses and gradients of this position are 0, whatever x holds; null: all 1
  double scale;           // of the gradient, beside the weight
  Real* gradient;         // like x
  double* losses;         // weight times loss

  ClassPositions samples_between(std::size_t begin, std::size_t end) const {
    const std::size_t numbers = begin * classes * positions, first = begin * positions;
    return {end - begin,
            classes,
            positions,
            x + numbers,
            weights != nullptr ? weights + first : nullptr,
            scale,
            gradient + numbers,
            losses + first};
  }
};

/// Softmax and cross-entropy for class indices:
///   loss = log sum over k of e^x_k - x_label,   dloss/dx_j = softmax(x)_j - (j == label).
void cross_entropy(const ClassPositions& in, const Real* labels);

/// The same for any distribution q over classes, each class with a weight:
///   loss = sum over c of w_c q_c (log sum over k of e^x_k - x_c),
///   dloss/dx_j = softmax(x)_j (sum over c of w_c q_c) - w_j q_j,   q = (1 - smoothing) t + smoothing / classes.
struct SoftTargets {
  const Real* labels;         // t as class indices, or null:
  const Real* probabilities;  // t like x
  const Real* class_weights;  // (classes), or null: all 1
  double smoothing;
  double sum_tolerance;  // by how much the sum of t may differ from 1
};
/// False when some probabilities are outside [0, 1] or do not sum to 1; what is written is then unspecified.
[[nodiscard]] bool soft_cross_entropy(const ClassPositions& in, const SoftTargets& targets);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
