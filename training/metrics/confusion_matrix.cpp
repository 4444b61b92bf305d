#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/detail/decision.hpp>
#include <minnow/training/detail/ratio.hpp>
#include <minnow/training/metrics/confusion_matrix.hpp>
#include <minnow/training/metrics/detail/scored_samples.hpp>

#include <algorithm>
#include <functional>
#include <numeric>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr std::size_t longest_heading = 16;  // columns of the longest name that a heading shows

/// The headings of columns and rows: the printable class names. If a name is too long, columns have numbers, and rows
/// have numbers and names.
struct Headings {
  explicit Headings(const std::vector<std::string>& names) : columns(printable(names)), rows(columns) {
    if (longest(columns) <= longest_heading) return;
    for (std::size_t c = 0; c < names.size(); ++c) columns[c] = format_text("[{}]", c);
    for (std::size_t c = 0; c < names.size(); ++c)
      rows[c] = left_aligned(columns[c], columns.back().size()) + " " + rows[c];
  }

  static std::size_t longest(const std::vector<std::string>& texts) {
    std::size_t length = 0;
    for (const std::string& text : texts) length = std::max(length, display_width(text));
    return length;
  }

  std::vector<std::string> columns, rows;
};

/// Returns a table with a row per true class and a column per predicted class. `cell` returns the text of an entry, and
/// `last` the text of the last column.
std::string table(const std::vector<std::string>& names, const std::string& last_heading, std::size_t widest_cell,
                  const std::function<std::string(std::size_t, std::size_t)>& cell,
                  const std::function<std::string(std::size_t)>& last) {
  const std::string corner = "true \\ predicted";
  const Headings headings(names);
  const std::size_t first = std::max(corner.size(), Headings::longest(headings.rows));
  const std::size_t column = std::max({std::size_t{7}, widest_cell, Headings::longest(headings.columns)});
  std::string text = format_text("{:<{}}", corner, first);
  for (const std::string& heading : headings.columns) text += "  " + right_aligned(heading, column);
  text += last_heading + "\n";
  for (std::size_t truth = 0; truth < names.size(); ++truth) {
    text += left_aligned(headings.rows[truth], first);
    for (std::size_t c = 0; c < names.size(); ++c) text += format_text("  {:>{}}", cell(truth, c), column);
    text += last(truth) + "\n";
  }
  return text;
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::vector<std::string> class_names, std::optional<double> threshold)
    : class_names_(std::move(class_names)), threshold_(threshold), counts_(class_names_.size() * class_names_.size()) {
  if (class_names_.empty()) throw ValueError("ConfusionMatrix: expected at least one class, got none.");
  check_threshold(threshold, "ConfusionMatrix");
}

void ConfusionMatrix::add(const Tensor& scores, const Tensor& targets) {
  const std::size_t classes = class_names_.size();
  const ScoredSamples samples(scores, targets, "ConfusionMatrix", classes);
  const double threshold =
      samples.single_column() ? single_score_threshold(threshold_, scores.shape(), "ConfusionMatrix") : 0;
  for (std::size_t i = 0; i < samples.size(); ++i)
    ++counts_[samples.label(i) * classes + samples.predicted(i, threshold)];
}

std::size_t ConfusionMatrix::count(std::size_t truth, std::size_t predicted) const {
  if (std::max(truth, predicted) >= class_names_.size())
    throw ValueError(format_text("ConfusionMatrix: expected classes below {}, got {} and {}.", class_names_.size(),
                                 truth, predicted));
  return counts_[truth * class_names_.size() + predicted];
}

std::size_t ConfusionMatrix::true_count(std::size_t truth) const {
  std::size_t sum = 0;
  for (std::size_t c = 0; c < class_names_.size(); ++c) sum += count(truth, c);
  return sum;
}

std::size_t ConfusionMatrix::predicted_count(std::size_t predicted) const {
  std::size_t sum = 0;
  for (std::size_t c = 0; c < class_names_.size(); ++c) sum += count(c, predicted);
  return sum;
}

std::size_t ConfusionMatrix::correct() const {
  std::size_t sum = 0;
  for (std::size_t c = 0; c < class_names_.size(); ++c) sum += count(c, c);
  return sum;
}

std::size_t ConfusionMatrix::total() const { return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0}); }

double ConfusionMatrix::accuracy() const { return mean(correct(), total()); }

DoubleTensor ConfusionMatrix::normalized(Normalize by) const {
  const std::size_t classes = class_names_.size(), all = total();
  auto shares = DoubleTensor::from_shape({classes, classes});
  for (std::size_t i = 0; i < classes; ++i) {
    const std::size_t of_truth = true_count(i), of_prediction = predicted_count(i);
    for (std::size_t j = 0; j < classes; ++j) {
      if (by == Normalize::prediction)
        shares(j, i) = ratio(count(j, i), of_prediction);
      else
        shares(i, j) = ratio(count(i, j), by == Normalize::truth ? of_truth : all);
    }
  }
  return shares;
}

std::string ConfusionMatrix::to_string() const {
  const std::size_t largest = *std::max_element(counts_.begin(), counts_.end());
  return table(
      class_names_, "   recall", std::to_string(largest).size(),
      [&](std::size_t truth, std::size_t predicted) { return std::to_string(count(truth, predicted)); },
      [&](std::size_t truth) {
        const std::size_t samples = true_count(truth);
        return samples == 0 ? "        -" : format_text("  {:6.1f}%", 100 * ratio(count(truth, truth), samples));
      });
}

std::string ConfusionMatrix::to_string(Normalize by) const {
  const DoubleTensor shares = normalized(by);
  const auto cell = [&](std::size_t i, std::size_t j) { return format_text("{:.1f}%", 100 * shares(i, j)); };
  const std::string text = table(class_names_, "", 0, cell, [](std::size_t) { return ""; });
  if (by == Normalize::truth) return text + "Rows are shares of the true class.\n";
  if (by == Normalize::prediction) return text + "Columns are shares of the predicted class.\n";
  return text + "Cells are shares of all samples.\n";
}

}  // namespace minnow::inline MINNOW_PRECISION
