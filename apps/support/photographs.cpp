#include <minnow/datasets/images/read_images.hpp>

#include <apps/support/photographs.hpp>
#include <apps/support/terminal.hpp>

#include <algorithm>
#include <numeric>
#include <span>
#include <string>

#include <fmt/format.h>

using namespace minnow;

namespace {

constexpr std::size_t shown_classes = 6, bar_width = 8, photographs_at_once = 512;

/// Returns a bar of `bar_width` columns, in eighths of a column.
std::string bar(double share) {
  static const char* const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(std::lround(share * 8 * bar_width));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  text += parts[eighths % 8];
  const std::size_t filled = eighths / 8 + (eighths % 8 != 0);
  return text + std::string(bar_width - filled, ' ');
}

/// Returns the classes to show: all in their order if they are few, otherwise those of the largest probabilities.
std::vector<std::size_t> classes_to_show(std::span<const Real> probabilities) {
  std::vector<std::size_t> shown(probabilities.size());
  std::iota(shown.begin(), shown.end(), 0);
  if (shown.size() <= shown_classes) return shown;
  std::partial_sort(shown.begin(), shown.begin() + 3, shown.end(),
                    [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
  shown.resize(3);
  return shown;
}

}  // namespace

void classify_photographs(const std::filesystem::path& model, const std::vector<std::filesystem::path>& paths) {
  const Classifier classifier = load_classifier(model);
  check_square_colour(classifier, model);
  std::vector<std::string> names;
  for (const std::string& name : classifier.info.class_names) names.push_back(printable(name));
  std::size_t path_width = 0, name_width = 0, skipped = 0;
  for (const auto& path : paths) path_width = std::max(path_width, path.string().size());
  for (const std::string& name : names) name_width = std::max(name_width, name.size());
  for (std::size_t first = 0; first < paths.size(); first += photographs_at_once) {
    const std::span<const std::filesystem::path> part(paths.data() + first,
                                                      std::min(photographs_at_once, paths.size() - first));
    datasets::ImageFiles files = datasets::read_images(part, classifier.info.input_shape[1]);
    for (const datasets::SkippedFile& file : files.skipped)
      fmt::print(stderr, "{}: {}\n", printable(file.path.string()), file.reason);
    skipped += files.skipped.size();
    if (files.paths.empty()) continue;
    const std::size_t count = files.paths.size();
    const TensorDataset images(std::move(files.images), zeros({count}));
    const Tensor logits = classifier.logits(images).scores(), predicted = predicted_classes(logits);
    const Tensor p = probabilities(logits, classifier.temperature);
    for (std::size_t i = 0; i < count; ++i) {
      const std::span<const Real> row(p.data() + i * names.size(), names.size());
      std::string line = left_aligned(printable(files.paths[i].string()), path_width) + "  " +
                         left_aligned(names[static_cast<std::size_t>(predicted(i))], name_width);
      for (const std::size_t c : classes_to_show(row))
        line += fmt::format("  {} {} {:5.1f}%", names[c], bar(static_cast<double>(row[c])),
                            100 * static_cast<double>(row[c]));
      fmt::print("{}\n", line);
    }
  }
  if (skipped > 0) throw DataError(fmt::format("{} of {} files could not be read.", skipped, paths.size()));
}
