#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/answers.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Whether class `label` has the largest of the scores, `stride` apart. No branch, so that the loops become vectors.
bool is_largest(const Real* scores, std::size_t classes, std::size_t stride, std::size_t label) {
  const Real score = scores[label * stride];
  int beaten = std::isnan(score);
  for (std::size_t c = 0; c < label; ++c) beaten |= !(scores[c * stride] < score);
  for (std::size_t c = label + 1; c < classes; ++c) beaten |= !(scores[c * stride] <= score);
  return beaten == 0;
}

std::size_t largest(const Real* numbers, std::size_t classes, std::size_t stride) {
  std::size_t best = 0;
  for (std::size_t c = 1; c < classes; ++c)
    if (numbers[c * stride] > numbers[best * stride]) best = c;
  return best;
}

[[noreturn]] void refuse(const char* who, const Tensor& scores, const Tensor& target) {
  throw ShapeError(format_text("{}: expected a target that fits the scores {}, got {}.", who, to_string(scores.shape()),
                               to_string(target.shape())));
}

}  // namespace

Answers count_largest(const Tensor& scores, const Tensor& target, std::int64_t ignore_index) {
  const Shape& shape = scores.shape();
  if (shape.size() < 2 || shape[1] == 0)
    throw ShapeError("count_largest: expected scores (N, C) or (N, C, ...) with C >= 1, got " + to_string(shape) + ".");
  const std::size_t classes = shape[1], positions = num_elements(Shape(shape.begin() + 2, shape.end()));
  const bool indices = target.shape() != shape;
  Shape index_shape{shape[0]};
  for (std::size_t axis = 2; axis < shape.size(); ++axis) index_shape.push_back(shape[axis]);
  if (indices && target.shape() != index_shape) refuse("count_largest", scores, target);
  Answers answers;
  for (std::size_t n = 0; n < shape[0]; ++n)
    for (std::size_t k = 0; k < positions; ++k) {
      const std::size_t first = n * classes * positions + k;
      std::size_t label = classes;
      if (!indices) {
        label = largest(target.data() + first, classes, positions);
      } else {
        const Real given = target.data()[n * positions + k];
        if (given == static_cast<Real>(ignore_index)) continue;
        if (given >= 0 && given < static_cast<Real>(classes)) label = static_cast<std::size_t>(given);
      }
      ++answers.counted;
      answers.right += label < classes && is_largest(scores.data() + first, classes, positions, label);
    }
  return answers;
}

Answers count_above(const Tensor& scores, const Tensor& target, double threshold) {
  if (target.size() != scores.size()) refuse("count_above", scores, target);
  const auto limit = static_cast<Real>(threshold);
  Answers answers{0, scores.size()};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Real score = scores.data()[i];
    answers.right += !std::isnan(score) && (score > limit) == (target.data()[i] > Real{0.5});
  }
  return answers;
}

}  // namespace minnow::inline MINNOW_PRECISION
