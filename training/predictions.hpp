#pragma once

#include <minnow/datasets/data_loader.hpp>
#include <minnow/models/sequential.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// The scores and targets of many batches in one place, for what must see all at once: roc_auc, average_precision,
/// fit_temperature.
class MINNOW_API Predictions {
 public:
  /// Appends a batch: scores (N, ...), targets (N, ...). Throws ShapeError when N differs, or what follows it from the
  /// batches before; nothing is added then.
  void add(const Tensor& scores, const Tensor& targets);

  /// All rows in the order they came; (0) before the first batch.
  const Tensor& scores() const { return scores_; }
  const Tensor& targets() const { return targets_; }

 private:
  Tensor scores_ = zeros({0}), targets_ = zeros({0});
  bool empty_ = true;
};

/// What the model says, in eval mode, to everything the loader gives: its logits, when it ends in a Dense.
MINNOW_API Predictions predict_all(Sequential& model, DataLoader& loader);

/// Logits to probabilities, row by row: softmax(logits / temperature) for (N, C) with C >= 2, and for (N) and (N, 1)
/// the probability of class 1 of two, 1 / (1 + e^(-logit / temperature)). The shape of `logits`; computed in double.
/// Throws ValueError unless temperature > 0.
MINNOW_API Tensor probabilities(const Tensor& logits, double temperature = 1);

}  // namespace minnow::inline MINNOW_PRECISION
