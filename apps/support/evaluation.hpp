#pragma once

#include <minnow/minnow.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// Returns the logits of the model for the images of a part; with `mirrored` the mean of the logits for each image and
/// for its mirror image.
minnow::Predictions predict(const minnow::Layer& model, const minnow::Dataset& part,
                            const std::optional<minnow::Normalization>& normalization, bool mirrored);

/// Returns the confusion matrix of the predictions.
minnow::ConfusionMatrix confusion(const minnow::Predictions& logits, std::vector<std::string> class_names);

/// Prints the loss, the accuracy, the confusion matrix, and the precision, recall and F1 of each class.
void print_result(const std::string& part, const minnow::Predictions& logits, const minnow::ConfusionMatrix& matrix,
                  bool mirrored);

/// Returns the matrix as text of at most `columns` columns: the table of ConfusionMatrix; if it is too wide, a table
/// with numbers as headings; if that is too wide, the most frequent confusions.
std::string confusion_text(const minnow::ConfusionMatrix& matrix, std::size_t columns);
