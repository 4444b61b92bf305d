#pragma once

#include <minnow/minnow.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

/// Returns the logits of the model for the images of a part; with `mirrored` the mean of the logits for each image and
/// for its mirror image.
inline minnow::Predictions predict(const minnow::Layer& model, const minnow::Dataset& part,
                                   const minnow::Normalization& normalization, bool mirrored) {
  using namespace minnow;
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

/// Returns the confusion matrix of the predictions.
inline minnow::ConfusionMatrix confusion(const minnow::Predictions& logits, std::vector<std::string> class_names) {
  minnow::ConfusionMatrix matrix(std::move(class_names));
  matrix.add(logits.scores(), logits.targets());
  return matrix;
}

/// Prints the loss, the accuracy, the confusion matrix, and the precision, recall and F1 of each class.
inline void print_result(const std::string& part, const minnow::Predictions& logits,
                         const minnow::ConfusionMatrix& matrix, bool mirrored) {
  const double loss = minnow::CrossEntropyLoss().forward(logits.scores(), logits.targets());
  if (mirrored) fmt::print("each logit is the mean over an image and its mirror image\n");
  fmt::print("{} loss {:.4f} accuracy {:.2f}%\n\n{}\n{}", part, loss, 100 * matrix.accuracy(), matrix.to_string(),
             classification_report(matrix));
}
