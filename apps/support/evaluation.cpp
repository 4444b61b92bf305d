#include <apps/support/evaluation.hpp>
#include <apps/support/output.hpp>
#include <apps/support/terminal.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

using namespace minnow;

namespace {

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.size(), text.find('\n', start));
    widest = std::max(widest, display_width(std::string_view(text).substr(start, end - start)));
    start = end + 1;
  }
  return widest;
}

/// Returns the matrix with a space between columns. Headings are the names, or if a name is long, the numbers of the
/// classes.
std::string narrow_matrix(const ConfusionMatrix& matrix) {
  constexpr std::size_t longest_heading = 5;
  std::vector<std::string> rows = printable(matrix.class_names()), columns = rows;
  const auto is_long = [](const std::string& name) { return display_width(name) > longest_heading; };
  if (std::any_of(rows.begin(), rows.end(), is_long))
    for (std::size_t i = 0; i < rows.size(); ++i) {
      columns[i] = std::to_string(i);
      rows[i] = fmt::format("{:>{}} {}", i, std::to_string(rows.size() - 1).size(), rows[i]);
    }
  std::size_t width = 0, first = std::string("true \\ predicted").size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    first = std::max(first, display_width(rows[i]));
    width = std::max(width, display_width(columns[i]));
    for (std::size_t j = 0; j < rows.size(); ++j) width = std::max(width, std::to_string(matrix.count(i, j)).size());
  }
  std::string text = left_aligned("true \\ predicted", first);
  for (const std::string& column : columns) text += " " + right_aligned(column, width);
  text += "   recall\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += left_aligned(rows[i], first);
    for (std::size_t j = 0; j < rows.size(); ++j) text += fmt::format(" {:>{}}", matrix.count(i, j), width);
    const auto samples = static_cast<double>(matrix.true_count(i));
    text += samples == 0 ? "        -\n"
                         : fmt::format("  {:6.1f}%\n", 100 * static_cast<double>(matrix.count(i, i)) / samples);
  }
  return text;
}

std::string most_frequent_confusions(const ConfusionMatrix& matrix, std::size_t columns) {
  constexpr std::size_t shown = 10;
  std::vector<std::tuple<std::size_t, std::size_t, std::size_t>> confusions;  // (count, true, predicted)
  const std::vector<std::string> names = printable(matrix.class_names());
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t j = 0; j < names.size(); ++j)
      if (i != j && matrix.count(i, j) > 0) confusions.emplace_back(matrix.count(i, j), i, j);
  std::stable_sort(confusions.begin(), confusions.end(),
                   [](const auto& a, const auto& b) { return std::get<0>(a) > std::get<0>(b); });
  std::string text = confusions.empty() ? "No sample is in a wrong class.\n" : "most frequent confusions\n";
  for (std::size_t k = 0; k < std::min(shown, confusions.size()); ++k) {
    const auto [count, truth, predicted] = confusions[k];
    text += clipped(fmt::format("{:>6}  {} as {}", count, names[truth], names[predicted]), columns) + "\n";
  }
  return text;
}

}  // namespace

Predictions predict(const Layer& model, const Dataset& part, const std::optional<Normalization>& normalization,
                    bool mirrored) {
  constexpr std::size_t elements = std::size_t{1} << 22;  // of a batch, at most: large images need much memory
  const std::size_t batch_size = std::clamp<std::size_t>(elements / num_elements(part.input_shape()), 1, 256);
  DataLoader loader{part, {.batch_size = batch_size, .prefetch = true, .normalize = normalization}};
  Predictions logits = predict_all(model, loader);
  if (!mirrored) return logits;
  DataLoader mirror{part,
                    {.batch_size = batch_size,
                     .prefetch = true,
                     .augment = Augmentation{Rng{0}, {augment::Flip(1)}},
                     .normalize = normalization}};
  Predictions means;
  means.add((logits.scores() + predict_all(model, mirror).scores()) / Real(2), logits.targets());
  return means;
}

ConfusionMatrix confusion(const Predictions& logits, std::vector<std::string> class_names) {
  ConfusionMatrix matrix(std::move(class_names));
  matrix.add(logits.scores(), logits.targets());
  return matrix;
}

std::string confusion_text(const ConfusionMatrix& matrix, std::size_t columns) {
  std::string text = matrix.to_string();
  if (widest_line(text) > columns) text = narrow_matrix(matrix);
  return widest_line(text) <= columns ? text : most_frequent_confusions(matrix, columns);
}

void print_result(const std::string& part, const Predictions& logits, const ConfusionMatrix& matrix, bool mirrored) {
  const double loss = CrossEntropyLoss().forward(logits.scores(), logits.targets());
  if (mirrored) say("each logit is the mean over an image and its mirror image\n");
  say("{} loss {:.4f} accuracy {:.2f}%\n\n", part, loss, 100 * matrix.accuracy());
  say_table(confusion_text(matrix, table_columns()));
  say("\n");
  say_table(classification_report(matrix));
}
