#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/training/metrics.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

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

ConfusionMatrix::ConfusionMatrix(std::vector<std::string> class_names)
    : class_names_(std::move(class_names)), counts_(class_names_.size() * class_names_.size()) {
  if (class_names_.empty()) throw ValueError("ConfusionMatrix: expected at least one class, got none.");
}

void ConfusionMatrix::add(const Tensor& scores, const Tensor& targets) {
  const std::size_t classes = class_names_.size();
  if (scores.dimension() != 2 || scores.shape()[1] != classes || targets.shape() != Shape{scores.shape()[0]})
    throw ShapeError(format_text("ConfusionMatrix: expected scores (N, {}) and class indices (N), got {} and {}.",
                                 classes, minnow::to_string(scores.shape()), minnow::to_string(targets.shape())));
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::size_t truth = class_index(static_cast<double>(targets.data()[i]), classes, i, "ConfusionMatrix");
    ++counts_[truth * classes + index_of_largest(scores.data() + i * classes, classes)];
  }
}

std::size_t ConfusionMatrix::count(std::size_t truth, std::size_t predicted) const {
  if (std::max(truth, predicted) >= class_names_.size())
    throw ValueError(format_text("ConfusionMatrix: expected classes below {}, got {} and {}.", class_names_.size(),
                                 truth, predicted));
  return counts_[truth * class_names_.size() + predicted];
}

std::size_t ConfusionMatrix::total() const { return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0}); }

double ConfusionMatrix::accuracy() const {
  std::size_t diagonal = 0;
  for (std::size_t c = 0; c < class_names_.size(); ++c) diagonal += count(c, c);
  return static_cast<double>(diagonal) / static_cast<double>(total());
}

std::string ConfusionMatrix::to_string() const {
  const std::string corner = "true \\ predicted";
  std::size_t first = corner.size(), column = 7;
  for (const std::string& name : class_names_) {
    first = std::max(first, name.size());
    column = std::max(column, name.size());
  }
  std::string table = format_text("{:<{}}", corner, first);
  for (const std::string& name : class_names_) table += format_text("  {:>{}}", name, column);
  table += "   recall\n";
  for (std::size_t truth = 0; truth < class_names_.size(); ++truth) {
    table += format_text("{:<{}}", class_names_[truth], first);
    std::size_t samples = 0;
    for (std::size_t predicted = 0; predicted < class_names_.size(); ++predicted) {
      table += format_text("  {:>{}}", count(truth, predicted), column);
      samples += count(truth, predicted);
    }
    table += samples == 0 ? "        -\n"
                          : format_text("  {:6.1f}%\n", 100.0 * static_cast<double>(count(truth, truth)) /
                                                            static_cast<double>(samples));
  }
  return table;
}

}  // namespace minnow::inline MINNOW_PRECISION
