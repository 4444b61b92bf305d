#include <apps/support/classifier.hpp>
#include <apps/support/evaluation.hpp>
#include <apps/support/output.hpp>
#include <apps/support/terminal.hpp>

#include <cstdlib>
#include <string>
#include <utility>

using namespace minnow;

Predictions Classifier::logits(const Dataset& part) const { return predict(model, part, info.normalization, mirrored); }

void check_square_colour(const Classifier& classifier, const std::filesystem::path& path) {
  const Shape& shape = classifier.info.input_shape;
  if (shape[0] != 3 || shape[1] != shape[2])
    throw DataError(fmt::format("{}: expected a model of square colour images (3, size, size), got {}.", path.string(),
                                to_string(shape)));
}

void save_classifier(const std::filesystem::path& path, const Sequential& model, ModelInfo info, bool mirrored,
                     double temperature) {
  if (!info.table) info.metadata["mirrored"] = mirrored ? "true" : "false";
  if (!info.class_names.empty()) info.metadata["temperature"] = fmt::format("{}", temperature);
  save_model(model, path, info);
}

namespace {

/// Throws DataError unless the file contains what an image classifier needs.
void check_image_classifier(const ModelFile& file, const std::filesystem::path& path) {
  if (file.info.input_shape.size() != 3 || file.info.class_names.empty() || !file.info.normalization)
    throw DataError(path.string() +
                    ": expected the input shape (C, H, W), the class names and the normalisation of an image "
                    "classifier, as --save writes them, got a model without them.");
  const Shape& shape = file.info.input_shape;
  const std::size_t classes = file.info.class_names.size(), channels = file.info.normalization->mean().size();
  const Shape output = file.model.output_shape({1, shape[0], shape[1], shape[2]});
  if (output != Shape{1, classes} || channels != shape[0])
    throw DataError(
        fmt::format("{}: expected an output for each of {} classes and a normalisation of {} channels, "
                    "got an output {} and {} channels.",
                    path.string(), classes, shape[0], to_string(output), channels));
}

/// Adds what the metadata says of the use of the model.
Classifier classifier_of(ModelFile file, const std::filesystem::path& path) {
  if (const std::vector<std::string> names = non_finite_weights(file.model); !names.empty())
    throw DataError(fmt::format("{}: expected finite weights, got NaN or infinity in {}.", path.string(), names[0]));
  Classifier classifier{std::move(file.model), std::move(file.info)};
  const auto& metadata = classifier.info.metadata;
  const auto entry = [&](const char* key) { return metadata.contains(key) ? metadata.at(key) : std::string(); };
  classifier.mirrored = entry("mirrored") == "true";
  if (const std::string text = entry("temperature"); !text.empty()) {
    char* end = nullptr;
    classifier.temperature = std::strtod(text.c_str(), &end);
    if (*end != '\0' || !(classifier.temperature > 0))
      throw DataError(path.string() + ": expected a positive temperature, got '" + text + "'.");
  }
  return classifier;
}

}  // namespace

Classifier load_classifier(const std::filesystem::path& path) {
  ModelFile file = load_model_file(path);
  check_image_classifier(file, path);
  return classifier_of(std::move(file), path);
}

Classifier load_classifier_or_table(const std::filesystem::path& path) {
  ModelFile file = load_model_file(path);
  if (!file.info.table) check_image_classifier(file, path);
  return classifier_of(std::move(file), path);
}

void print_saved(const std::filesystem::path& path) {
  say("Saved the model as {} ({})\n", path.string(), byte_size(std::filesystem::file_size(path)));
}
