#pragma once

#include <minnow/io.hpp>
#include <minnow/minnow.hpp>

#include <filesystem>

/// A classifier in a file: the model, and how its logits for a sample are computed. Of a table with a target of
/// numbers, it is a model of a regression, without class names.
struct Classifier {
  minnow::Sequential model;
  minnow::ModelInfo info;  // input shape, class names, and the normalisation of images or the encoder of rows
  bool mirrored = false;   // each logit is the mean over an image and its mirror image
  double temperature = 1;  // of the probabilities

  /// Returns the logits for the samples of a part, which are not normalised.
  minnow::Predictions logits(const minnow::Dataset& part) const;
};

/// Throws DataError unless the images are squares in colour.
void check_square_colour(const Classifier& classifier, const std::filesystem::path& path);

/// Writes the model with `info`, and adds the other members of Classifier to the metadata.
void save_classifier(const std::filesystem::path& path, const minnow::Sequential& model, minnow::ModelInfo info,
                     bool mirrored, double temperature = 1);

/// Prints the name and the size of a saved model.
void print_saved(const std::filesystem::path& path);

/// Throws DataError if the file has no model, or lacks what an image classifier needs.
Classifier load_classifier(const std::filesystem::path& path);

/// The same, but the model may also be one of the rows of a table.
Classifier load_classifier_or_table(const std::filesystem::path& path);
