#pragma once

#include <minnow/io.hpp>
#include <minnow/minnow.hpp>

#include <apps/support/evaluation.hpp>

#include <filesystem>
#include <string>
#include <utility>

#include <fmt/format.h>

/// A classifier of images in a file: the model, and how its logits for an image are computed.
struct Classifier {
  minnow::Sequential model;
  minnow::ModelInfo info;  // input shape (C, H, W), class names and normalisation
  bool mirrored = false;   // each logit is the mean over an image and its mirror image
  double temperature = 1;  // of the probabilities

  /// Returns the logits for the images of a part, which are not normalised.
  minnow::Predictions logits(const minnow::Dataset& part) const {
    return predict(model, part, *info.normalization, mirrored);
  }
};

/// Throws DataError unless the images are squares in colour.
inline void check_square_colour(const Classifier& classifier, const std::filesystem::path& path) {
  const minnow::Shape& shape = classifier.info.input_shape;
  if (shape[0] != 3 || shape[1] != shape[2])
    throw minnow::DataError(fmt::format("{}: expected a model of square colour images (3, size, size), got {}.",
                                        path.string(), minnow::to_string(shape)));
}

inline void save_classifier(const std::filesystem::path& path, const minnow::Sequential& model, minnow::ModelInfo info,
                            bool mirrored, double temperature = 1) {
  info.metadata = {{"mirrored", mirrored ? "true" : "false"}, {"temperature", fmt::format("{}", temperature)}};
  minnow::save_model(model, path, info);
  fmt::print("\nSaved the model as {} ({:.1f} MB)\n", path.string(),
             static_cast<double>(std::filesystem::file_size(path)) / 1e6);
}

/// Throws DataError if the file has no model, or lacks what an image classifier needs.
inline Classifier load_classifier(const std::filesystem::path& path) {
  minnow::ModelFile file = minnow::load_model_file(path);
  if (file.info.input_shape.size() != 3 || file.info.class_names.empty() || !file.info.normalization)
    throw minnow::DataError(path.string() +
                            ": expected the input shape (C, H, W), the class names and the normalisation of an image "
                            "classifier, as --save writes them, got a model without them.");
  const minnow::Shape& shape = file.info.input_shape;
  const std::size_t classes = file.info.class_names.size(), channels = file.info.normalization->mean().size();
  const minnow::Shape output = file.model.output_shape({1, shape[0], shape[1], shape[2]});
  if (output != minnow::Shape{1, classes} || channels != shape[0])
    throw minnow::DataError(
        fmt::format("{}: expected an output for each of {} classes and a normalisation of {} channels, "
                    "got an output {} and {} channels.",
                    path.string(), classes, shape[0], minnow::to_string(output), channels));
  if (const std::vector<std::string> names = minnow::non_finite_weights(file.model); !names.empty())
    throw minnow::DataError(
        fmt::format("{}: expected finite weights, got NaN or infinity in {}.", path.string(), names[0]));
  Classifier classifier{std::move(file.model), std::move(file.info)};
  const auto& metadata = classifier.info.metadata;
  const auto entry = [&](const char* key) { return metadata.contains(key) ? metadata.at(key) : std::string(); };
  classifier.mirrored = entry("mirrored") == "true";
  if (const std::string text = entry("temperature"); !text.empty()) {
    char* end = nullptr;
    classifier.temperature = std::strtod(text.c_str(), &end);
    if (*end != '\0' || !(classifier.temperature > 0))
      throw minnow::DataError(path.string() + ": expected a positive temperature, got '" + text + "'.");
  }
  return classifier;
}
