#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

struct LabelCheck {
  std::size_t first_invalid;  // index of the first invalid label; n if all labels are valid
  std::size_t ignored;        // number of ignored labels
};
/// Checks that each label is a whole number in [0, classes) or equals `ignored`.
LabelCheck check_labels(const Real* labels, std::size_t n, std::size_t classes, Real ignored);

/// Positions to classify. Class c of position k of sample n is x[(n classes + c) positions + k]; arrays with one
/// element per position are indexed by n positions + k.
struct ClassPositions {
  std::size_t samples, classes, positions;
  const Real* x;          // (samples, classes, positions), logits
  const double* weights;  // (samples, positions), or null: all 1; weight 0 gives loss and gradient 0 for any x
  double scale;           // factor of the gradient, besides the weight
  Real* gradient;         // (samples, classes, positions)
  double* losses;         // (samples, positions), weight times loss

  ClassPositions samples_between(std::size_t begin, std::size_t end) const {
    const std::size_t first_element = begin * classes * positions, first_position = begin * positions;
    return {end - begin,
            classes,
            positions,
            x + first_element,
            weights != nullptr ? weights + first_position : nullptr,
            scale,
            gradient + first_element,
            losses + first_position};
  }
};

/// Softmax and cross-entropy of class indices, labels: (samples, positions):
///   loss = log sum over k of e^x_k - x_label,   dloss/dx_j = softmax(x)_j - (j == label).
void cross_entropy(const ClassPositions& in, const Real* labels);

/// Targets of soft_cross_entropy: a distribution q over the classes and a weight w for each class.
struct SoftTargets {
  const Real* labels;         // t as class indices, or null if t is `probabilities`
  const Real* probabilities;  // t, (samples, classes, positions)
  const Real* class_weights;  // (classes), or null: all 1
  double smoothing;
  double sum_tolerance;  // largest accepted difference of the sum of t from 1
};
/// Softmax and cross-entropy of any distribution:
///   loss = sum over c of w_c q_c (log sum over k of e^x_k - x_c),
///   dloss/dx_j = softmax(x)_j (sum over c of w_c q_c) - w_j q_j,   q = (1 - smoothing) t + smoothing / classes.
/// Returns false if probabilities are outside [0, 1] or do not sum to 1; the outputs are then unspecified.
[[nodiscard]] bool soft_cross_entropy(const ClassPositions& in, const SoftTargets& targets);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
