#pragma once

#include <minnow/datasets/data_loader.hpp>
#include <minnow/losses/loss.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/training/metrics.hpp>

#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct Evaluation {
  double loss;      // mean over what the loss counts, by the samples' weights
  double accuracy;  // share of the answers that are right, in [0, 1]; NaN when the loss is not of a classifier
  std::size_t samples;
};

/// The model in eval mode on everything the loader gives; allocates nothing once the largest batch was seen.
/// The means over no sample are NaN. Throws NonFiniteError when a batch's loss is not finite, naming the layer.
MINNOW_API Evaluation evaluate(Sequential& model, Loss& loss, DataLoader& loader);

/// Which classes the model takes for which.
MINNOW_API ConfusionMatrix confusion_matrix(Sequential& model, DataLoader& loader,
                                            std::vector<std::string> class_names);

}  // namespace minnow::inline MINNOW_PRECISION
