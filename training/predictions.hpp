#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/datasets/data_loader.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

/// The scores and targets of all batches, for measures that need all samples at once: roc_auc, average_precision,
/// fit_temperature.
class MINNOW_API Predictions {
 public:
  /// Appends a batch: scores (N, ...), targets (N, ...). Throws ShapeError, and adds nothing, if the two N differ or if
  /// the other extents differ from those of earlier batches.
  void add(const Tensor& scores, const Tensor& targets);

  /// All rows, in the order of the batches; of shape (0) before the first batch.
  const Tensor& scores() const { return scores_; }
  const Tensor& targets() const { return targets_; }

 private:
  Tensor scores_ = zeros({0}), targets_ = zeros({0});
  bool empty_ = true;
};

/// Returns the outputs of the model, in eval mode, and the targets for all batches of the loader.
MINNOW_API Predictions predict_all(const Layer& model, DataLoader& loader);

/// Returns the predicted class of each row as class indices (N), by the rule of Accuracy and ConfusionMatrix. Of scores
/// (N, C) with C >= 2 it is the class of the largest score, the first of equal scores. For a single score, (N) or (N,
/// 1), it is 1 if the score exceeds `threshold` (0 for logits, 0.5 for probabilities), otherwise 0. Throws ShapeError
/// for any other shape or if single scores have no threshold, and ValueError if a score or the threshold is NaN.
MINNOW_API Tensor predicted_classes(const Tensor& scores, std::optional<double> threshold = std::nullopt);

/// Converts logits to probabilities, row by row: softmax(logits / temperature) for (N, C) with C >= 2; for (N) and (N,
/// 1) the probability of class 1 of two, 1 / (1 + e^(-logit / temperature)). The result has the shape of `logits` and
/// is computed in double. Throws ValueError unless temperature > 0, and ShapeError for any other shape.
MINNOW_API Tensor probabilities(const Tensor& logits, double temperature = 1);

}  // namespace minnow::inline MINNOW_PRECISION
