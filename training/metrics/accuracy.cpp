#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/detail/decision.hpp>
#include <minnow/training/detail/ratio.hpp>
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

std::size_t num_positions(const Shape& scores) { return num_elements(Shape(scores.begin() + 2, scores.end())); }

/// Returns true if the binary decision is right. A NaN score is wrong.
bool agree(Real score, double threshold, Real target) {
  return !std::isnan(score) && exceeds(score, threshold) == (target > Real{0.5});
}

/// Throws ValueError if a position has several targets of 1: it has labels, and not the probabilities of classes.
void check_one_class(const Tensor& targets) {
  const std::size_t classes = targets.shape()[1], positions = num_positions(targets.shape());
  for (std::size_t n = 0; n < targets.shape()[0]; ++n)
    for (std::size_t k = 0; k < positions; ++k) {
      const Real* target = targets.data() + n * classes * positions + k;
      std::size_t ones = 0;
      for (std::size_t c = 0; c < classes; ++c) ones += target[c * positions] == 1;
      if (ones > 1)
        throw ValueError(
            format_text("Accuracy: expected the probabilities of classes as targets, got {} labels in row {}. Labels "
                        "need a threshold: 0 for logits, 0.5 for probabilities.",
                        ones, n));
    }
}

[[noreturn]] void refuse_targets(const char* who, const Tensor& scores, const Tensor& targets) {
  throw ShapeError(format_text("{}: expected targets that fit the scores {}, got {}.", who, to_string(scores.shape()),
                               to_string(targets.shape())));
}

}  // namespace

Accuracy::Accuracy(const AccuracyOptions& options) : options_(options) {
  check_threshold(options.threshold, "Accuracy");
}

double Accuracy::value() const { return mean(correct_, total_); }

void Accuracy::add(const Tensor& scores, const Tensor& targets) {
  const Shape& shape = scores.shape();
  if (shape.empty() || (shape.size() > 1 && shape[1] == 0))
    throw ShapeError("Accuracy: expected scores (N, C) or (N, C, ...) with C >= 1, got " + to_string(shape) + ".");
  if (shape.size() == 1 || shape[1] == 1) return add_single_scores(scores, targets);
  const bool probabilities = targets.shape() == shape;
  if (probabilities && options_.threshold) return add_labels(scores, targets);
  if (!probabilities && !is_shape_of_indices(targets.shape(), shape)) refuse_targets("Accuracy", scores, targets);
  if (probabilities) check_one_class(targets);
  const std::size_t samples = shape[0], classes = shape[1], positions = num_positions(shape);
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

void Accuracy::add_single_scores(const Tensor& scores, const Tensor& targets) {
  const double threshold = single_score_threshold(options_.threshold, scores.shape(), "Accuracy");
  if (targets.size() != scores.size() || targets.dimension() == 0 || targets.shape()[0] != scores.shape()[0])
    refuse_targets("Accuracy", scores, targets);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Real target = targets.data()[i];
    if (target == static_cast<Real>(options_.ignore_index)) continue;
    ++total_;
    correct_ += target >= 0 && target <= 1 && agree(scores.data()[i], threshold, target);
  }
}

void Accuracy::add_labels(const Tensor& scores, const Tensor& targets) {
  const std::size_t samples = scores.shape()[0], labels = scores.shape()[1], positions = num_positions(scores.shape());
  for (std::size_t n = 0; n < samples; ++n)
    for (std::size_t k = 0; k < positions; ++k) {
      bool right = true;
      for (std::size_t c = 0; c < labels; ++c) {
        const std::size_t i = (n * labels + c) * positions + k;
        right &= agree(scores.data()[i], *options_.threshold, targets.data()[i]);
      }
      correct_ += right;
    }
  total_ += samples * positions;
}

BinaryAccuracy::BinaryAccuracy(const BinaryAccuracyOptions& options) : options_(options) {
  check_threshold(options.threshold, "BinaryAccuracy");
}

double BinaryAccuracy::value() const { return mean(correct_, total_); }

void BinaryAccuracy::add(const Tensor& scores, const Tensor& targets) {
  if (targets.size() != scores.size()) refuse_targets("BinaryAccuracy", scores, targets);
  for (std::size_t i = 0; i < scores.size(); ++i)
    correct_ += agree(scores.data()[i], options_.threshold, targets.data()[i]);
  total_ += scores.size();
}

namespace metrics {

Metric accuracy(const AccuracyOptions& options) { return {"accuracy", Accuracy(options)}; }

Metric binary_accuracy(const BinaryAccuracyOptions& options) { return {"binary accuracy", BinaryAccuracy(options)}; }

}  // namespace metrics
}  // namespace minnow::inline MINNOW_PRECISION
