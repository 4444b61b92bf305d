#pragma once

#include <minnow/datasets/data_loader.hpp>
#include <minnow/layers/sequential.hpp>
#include <minnow/losses/loss.hpp>
#include <minnow/training/metrics.hpp>

#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct Evaluation {
  double loss;      // mean over the samples, in the loss's unit
  double accuracy;  // share of samples whose largest score is the target's, in [0, 1]
  std::size_t samples;
};

/// The model in eval mode on everything the loader gives; allocates nothing once the largest batch was seen.
/// The means over no sample are NaN. Throws NonFiniteError when a batch's loss is not finite, naming the layer.
MINNOW_API Evaluation evaluate(Sequential& model, Loss& loss, DataLoader& loader);

/// Which classes the model takes for which.
MINNOW_API ConfusionMatrix confusion_matrix(Sequential& model, DataLoader& loader,
                                            std::vector<std::string> class_names);

}  // namespace minnow::inline MINNOW_PRECISION
