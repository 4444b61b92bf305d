#include <minnow/datasets/images/read_images.hpp>
#include <minnow/datasets/tables/encoded_rows.hpp>

#include <apps/minnow/options.hpp>
#include <apps/minnow/prediction_table.hpp>
#include <apps/support/classifier.hpp>
#include <apps/support/output.hpp>
#include <apps/support/output_path.hpp>

#include <algorithm>
#include <iostream>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace minnow;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t images_at_once = 512, rows_at_once = 512;

PredictionFormat format_of(const PredictOptions& options) {
  return options.json ? PredictionFormat::json : options.csv ? PredictionFormat::csv : PredictionFormat::table;
}

bool is_image_name(const fs::path& path) {
  static const std::set<std::string> suffixes{".jpg", ".jpeg",  ".jpe", ".jif", ".jfif",
                                              ".jfi", ".pjpeg", ".pjp", ".png"};
  std::string suffix = path.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(), [](unsigned char c) { return std::tolower(c); });
  return suffixes.contains(suffix);
}

/// The images in a folder and its subfolders, by name.
std::vector<fs::path> images_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied))
    if (entry.is_regular_file() && is_image_name(entry.path())) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  if (found.empty()) throw DataError(folder.string() + ": expected JPEG or PNG files in this folder, got none.");
  return found;
}

/// The images to classify: files as they are, the images of folders, and for "-" the paths on the standard input.
std::vector<fs::path> images_of(const std::vector<std::string>& inputs) {
  std::vector<fs::path> paths;
  for (const std::string& input : inputs) {
    if (input == "-") {
      for (std::string line; std::getline(std::cin, line);)
        if (!line.empty()) paths.emplace_back(line);
    } else if (fs::is_directory(input)) {
      const std::vector<fs::path> found = images_in(input);
      paths.insert(paths.end(), found.begin(), found.end());
    } else {
      paths.emplace_back(input);
    }
  }
  return paths;
}

/// Converts (N, 3, size, size) in colour to (N, 1, size, size) in grey, by the weights of ITU-R BT.601.
Tensor grey(const Tensor& images) {
  const std::size_t n = images.shape()[0], pixels = images.shape()[2] * images.shape()[3];
  Tensor result = zeros({n, 1, images.shape()[2], images.shape()[3]});
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < pixels; ++k) {
      const Real* rgb = images.data() + 3 * i * pixels + k;
      result.data()[i * pixels + k] = Real(0.299) * rgb[0] + Real(0.587) * rgb[pixels] + Real(0.114) * rgb[2 * pixels];
    }
  return result;
}

int predict_images(const Classifier& classifier, const PredictOptions& options) {
  const Shape& shape = classifier.info.input_shape;
  if (shape[1] != shape[2] || (shape[0] != 1 && shape[0] != 3))
    throw DataError(fmt::format("{}: expected a model of square images in colour or grey, got samples {}.",
                                options.model.string(), to_string(shape)));
  const std::vector<fs::path> paths = images_of(options.inputs);
  const PredictionTable table(format_of(options), classifier.info.class_names, {"image"}, {paths.begin(), paths.end()});
  const std::size_t classes = classifier.info.class_names.size();
  std::size_t skipped = 0;
  for (std::size_t first = 0; first < paths.size(); first += images_at_once) {
    const std::span<const fs::path> part(paths.data() + first, std::min(images_at_once, paths.size() - first));
    datasets::ImageFiles files = datasets::read_images(part, shape[1]);
    flush_output();
    for (const datasets::SkippedFile& file : files.skipped)
      fmt::print(stderr, "{}: {}\n", printable(std::string_view(file.path.string())),
                 printable(std::string_view(file.reason)));
    skipped += files.skipped.size();
    if (files.paths.empty()) continue;
    const TensorDataset images(shape[0] == 1 ? grey(files.images) : std::move(files.images),
                               zeros({files.paths.size()}));
    const Tensor p = probabilities(classifier.logits(images).scores(), classifier.temperature);
    for (std::size_t i = 0; i < files.paths.size(); ++i) {
      const std::string name = files.paths[i].string();
      table.add({name, "\"image\": " + json_text(name), {name}}, {p.data() + i * classes, classes});
    }
  }
  if (skipped > 0) throw DataError(fmt::format("{} of {} files could not be read.", skipped, paths.size()));
  return 0;
}

/// Returns a row of a table, which is named after its file too if there are several.
PredictedSample row_sample(const std::string& file, std::size_t number, const std::vector<std::string>& cells) {
  if (file.empty()) return {std::to_string(number), fmt::format("\"row\": {}", number), cells};
  return {fmt::format("{}:{}", file, number), fmt::format("\"file\": {}, \"row\": {}", json_text(file), number), cells};
}

/// The headings of the cells of rows: those of the file, or of the table of training.
std::vector<std::string> cell_names(const datasets::EncodedRows& rows, const datasets::TableEncoder& encoder,
                                    std::size_t cells) {
  std::vector<std::string> names = rows.column_names();
  if (!names.empty()) return names;
  names.resize(cells);
  for (std::size_t i = 0; i < cells; ++i) names[i] = fmt::format("column {}", i + 1);
  if (cells != encoder.encoding().width) return names;
  names[encoder.encoding().target.position] = encoder.encoding().target.name;
  for (const datasets::ColumnEncoding& column : encoder.encoding().columns) names[column.position] = column.name;
  return names;
}

/// Prints the predictions of rows as they arrive. `x`: the first rows. `file`: their file if there are several.
void predict_rows(const Classifier& classifier, datasets::EncodedRows& rows, Tensor x, const PredictionTable& table,
                  const std::string& file) {
  const std::size_t classes = classifier.info.class_names.size();
  std::size_t number = 0;
  for (; x.shape()[0] > 0; x = rows.read(rows_at_once)) {
    const Tensor outputs = classifier.model.predict(x);
    const Tensor p =
        classes == 0 ? classifier.info.table->decode_targets(outputs) : probabilities(outputs, classifier.temperature);
    for (std::size_t i = 0; i < rows.cells().size(); ++i) {
      const PredictedSample sample = row_sample(file, ++number, rows.cells()[i]);
      if (classes == 0)
        table.add_value(sample, static_cast<double>(p.data()[i]));
      else
        table.add(sample, {p.data() + i * classes, classes});
    }
    flush_output();
  }
}

/// Predicts the rows of CSV files, or of the standard input, in one table.
void predict_tables(const Classifier& classifier, const PredictOptions& options) {
  const datasets::TableEncoder& encoder = *classifier.info.table;
  for (const std::string& input : options.inputs)
    if (const std::string reason = input == "-" ? "" : unreadable_file(input); !reason.empty())
      throw DataError(reason + ".");
  std::optional<PredictionTable> table;
  std::vector<std::string> first_names;
  for (const std::string& input : options.inputs) {
    const std::string file = options.inputs.size() > 1 ? input : "";
    datasets::EncodedRows rows(input == "-" ? "/dev/stdin" : input, encoder);
    Tensor x = rows.read(rows_at_once);
    const std::vector<std::string> names =
        cell_names(rows, encoder, rows.cells().empty() ? encoder.encoding().width : rows.cells()[0].size());
    if (!table) {
      first_names = names;
      table.emplace(format_of(options), classifier.info.class_names, names,
                    std::vector<std::string>{row_sample(file, 1000, {}).name});
    } else if (options.csv && names != first_names) {
      throw DataError(fmt::format("{}: expected the columns of {} for --csv, got others. Predict it alone.", input,
                                  options.inputs[0]));
    }
    predict_rows(classifier, rows, std::move(x), *table, file);
  }
}

}  // namespace

int predict(const PredictOptions& options) {
  if (options.threads) set_threads(static_cast<int>(*options.threads));
  if (options.json && options.csv) throw ValueError("--json: expected no --csv with it.");
  const Classifier classifier = load_classifier_or_table(options.model);
  PredictOptions with_inputs = options;
  if (with_inputs.inputs.empty()) {
    if (isatty(STDIN_FILENO) != 0)
      throw ValueError(
          "expected images, folders, CSV files or - for the standard input, got none. --help explains the arguments.");
    with_inputs.inputs.emplace_back("-");
  }
  if (!classifier.info.table) return predict_images(classifier, with_inputs);
  predict_tables(classifier, with_inputs);
  return 0;
}
