#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/metrics/accuracy.hpp>

#include <algorithm>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Returns true if class `label` has the largest of the scores, `stride` apart. Without a branch, so that the loops are
/// vectorised.
bool is_largest(const Real* scores, std::size_t classes, std::size_t stride, std::size_t label) {
  const Real score = scores[label * stride];
  int exceeded = std::isnan(score);
  for (std::size_t c = 0; c < label; ++c) exceeded |= !(scores[c * stride] < score);
  for (std::size_t c = label + 1; c < classes; ++c) exceeded |= !(scores[c * stride] <= score);
  return exceeded == 0;
}

std::size_t index_of_largest(const Real* values, std::size_t classes, std::size_t stride) {
  std::size_t best = 0;
  for (std::size_t c = 1; c < classes; ++c)
    if (values[c * stride] > values[best * stride]) best = c;
  return best;
}

/// Returns the index as a class; `classes` if it is not one.
std::size_t checked_label(Real index, std::size_t classes) {
  return index >= 0 && index < static_cast<Real>(classes) ? static_cast<std::size_t>(index) : classes;
}

/// Returns true if `indices` is (N, d1, ...) for scores (N, C, d1, ...).
bool is_shape_of_indices(const Shape& indices, const Shape& scores) {
  return indices.size() + 1 == scores.size() && indices[0] == scores[0] &&
         std::equal(indices.begin() + 1, indices.end(), scores.begin() + 2);
}

[[noreturn]] void refuse_targets(const char* who, const Tensor& scores, const Tensor& targets) {
  throw ShapeError(format_text("{}: expected targets that fit the scores {}, got {}.", who, to_string(scores.shape()),
                               to_string(targets.shape())));
}

}  // namespace

void Accuracy::add(const Tensor& scores, const Tensor& targets) {
  const Shape& shape = scores.shape();
  if (shape.size() < 2 || shape[1] == 0)
    throw ShapeError("Accuracy: expected scores (N, C) or (N, C, ...) with C >= 1, got " + to_string(shape) +
                     ". Use BinaryAccuracy for one score per sample.");
  const bool probabilities = targets.shape() == shape;
  if (!probabilities && !is_shape_of_indices(targets.shape(), shape)) refuse_targets("Accuracy", scores, targets);
  const std::size_t samples = shape[0], classes = shape[1];
  std::size_t positions = 1;
  for (std::size_t axis = 2; axis < shape.size(); ++axis) positions *= shape[axis];
  for (std::size_t n = 0; n < samples; ++n)
    for (std::size_t k = 0; k < positions; ++k) {
      const std::size_t first = n * classes * positions + k;
      const Real* target = targets.data() + (probabilities ? first : n * positions + k);
      if (!probabilities && *target == static_cast<Real>(options_.ignore_index)) continue;
      const std::size_t label =
          probabilities ? index_of_largest(target, classes, positions) : checked_label(*target, classes);
      ++total_;
      correct_ += label < classes && is_largest(scores.data() + first, classes, positions, label);
    }
}

void BinaryAccuracy::add(const Tensor& scores, const Tensor& targets) {
  if (targets.size() != scores.size()) refuse_targets("BinaryAccuracy", scores, targets);
  const auto threshold = static_cast<Real>(options_.threshold);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Real score = scores.data()[i];
    correct_ += !std::isnan(score) && (score > threshold) == (targets.data()[i] > Real{0.5});
  }
  total_ += scores.size();
}

namespace metrics {

Metric accuracy(const AccuracyOptions& options) { return {"accuracy", Accuracy(options)}; }

Metric binary_accuracy(const BinaryAccuracyOptions& options) { return {"binary accuracy", BinaryAccuracy(options)}; }

}  // namespace metrics
}  // namespace minnow::inline MINNOW_PRECISION
