#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/losses/loss.hpp>
#include <minnow/training/metrics.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct Evaluation {
  double loss;          // mean over everything that the loss counts, by the weights of the samples
  std::size_t samples;  // number of samples read
  MetricValues metrics;

  /// Returns the value of the metric of this name: result["accuracy"]. Throws ValueError if there is none.
  double operator[](std::string_view name) const { return metrics[name]; }
};

/// Returns the mean loss and the metrics of the model on all batches of the loader, in eval mode.
///   const Evaluation result = evaluate(model, loss, loader, {metrics::accuracy(), metrics::top_k_accuracy(3)});
///   result["accuracy"];
/// A mean over no sample is NaN. Metrics count each sample once, whatever its weight. The pass has buffers of its own:
/// a result of model.predict or model.forward stays as it is. After the largest batch no memory is allocated. Throws
/// NonFiniteError, naming the layer, if the loss of a batch is not finite, and ValueError if two metrics have the same
/// name.
MINNOW_API Evaluation evaluate(const Layer& model, Loss& loss, DataLoader& loader,
                               const std::vector<Metric>& metrics = {});

/// Returns the counts of (true class, predicted class) on all batches of the loader, in eval mode. A model with a
/// single output needs a threshold: 0 for logits, 0.5 for probabilities.
MINNOW_API ConfusionMatrix confusion_matrix(const Layer& model, DataLoader& loader,
                                            std::vector<std::string> class_names,
                                            std::optional<double> threshold = std::nullopt);

/// Returns the confusion matrix of each label on all batches of the loader, in eval mode. The targets are (N, C) of 0
/// and 1. A label is predicted if its score exceeds the threshold.
MINNOW_API MultilabelConfusionMatrix multilabel_confusion_matrix(const Layer& model, DataLoader& loader,
                                                                 std::vector<std::string> label_names,
                                                                 double threshold);

}  // namespace minnow::inline MINNOW_PRECISION
