#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/training/accuracy.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
std::size_t count_correct(const Tensor& scores, const Tensor& targets) {
  const bool indices = targets.dimension() == 1;
  if (scores.dimension() != 2 || scores.shape()[1] == 0 || targets.dimension() == 0 ||
      targets.shape()[0] != scores.shape()[0] || (!indices && targets.shape() != scores.shape()))
    throw ShapeError(format_text("count_correct: expected scores (N, C) and targets (N) or (N, C), got {} and {}.",
                                 minnow::to_string(scores.shape()), minnow::to_string(targets.shape())));
  const std::size_t classes = scores.shape()[1];
  std::size_t correct = 0;
  for (std::size_t i = 0; i < scores.shape()[0]; ++i) {
    const Real* row = scores.data() + i * classes;
    const std::size_t predicted = index_of_largest(row, classes);
    if (std::isnan(row[predicted])) continue;  // no answer is no right answer
    correct += indices ? static_cast<Real>(predicted) == targets.data()[i]
                       : predicted == index_of_largest(targets.data() + i * classes, classes);
  }
  return correct;
}

}  // namespace minnow::inline MINNOW_PRECISION
