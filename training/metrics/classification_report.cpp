#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/training/metrics/classification_report.hpp>
#include <minnow/training/metrics/classification_scores.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Returns the table. `first_mean` returns its first line below the classes, given the width of the names.
template <class Matrix, class FirstMean>
std::string report(const Matrix& matrix, const std::vector<std::string>& class_names, FirstMean first_mean) {
  const std::vector<std::string> names = printable(class_names);
  std::size_t first = std::string("weighted mean").size();
  for (const std::string& name : names) first = std::max(first, display_width(name));
  const auto row = [&](const std::string& name, const PrecisionRecallF1& s) {
    return left_aligned(name, first) +
           format_text("  {:9.3f}  {:7.3f}  {:7.3f}  {:9}\n", s.precision, s.recall, s.f1, s.samples);
  };
  std::string text = format_text("{:<{}}  precision   recall       F1    samples\n", "", first);
  for (std::size_t c = 0; c < names.size(); ++c) text += row(names[c], precision_recall_f1(matrix, c));
  text += '\n';
  text += first_mean(first, row) + row("macro mean", precision_recall_f1(matrix, Average::macro));
  return text + row("weighted mean", precision_recall_f1(matrix, Average::weighted));
}

}  // namespace

std::string classification_report(const ConfusionMatrix& matrix) {
  return report(matrix, matrix.class_names(), [&](std::size_t first, const auto&) {
    const std::string accuracy = matrix.total() == 0 ? "-" : format_text("{:.3f}", matrix.accuracy());
    return format_text("{:<{}}  {:>27}  {:9}\n", "accuracy", first, accuracy, matrix.total());
  });
}

std::string classification_report(const MultilabelConfusionMatrix& matrix) {
  return report(matrix, matrix.label_names(), [&](std::size_t, const auto& row) {
    return row("micro mean", precision_recall_f1(matrix, Average::micro));
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
