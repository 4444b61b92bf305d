#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/losses/loss.hpp>
#include <minnow/optim/optimizer.hpp>

#include <cstddef>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct FindLearningRateOptions {
  double lowest = 1e-6, highest = 10;  // the rate of the first and of the last step
  std::size_t steps = 200;
  double smoothing = 0.95;  // weight of the old mean in the moving average of the losses
};

/// The loss as a function of the learning rate.
struct LearningRateCurve {
  std::vector<double> rates, losses;  // one for each step; losses: moving average, with Adam's correction of its bias
  double suggestion;                  // a tenth of the rate of the lowest loss; NaN if the loss never falls
};

/// Trains for a short time while the learning rate grows exponentially from step to step, and returns the loss at each
/// rate (Smith, "Cyclical learning rates for training neural networks", 2017). It ends early if the loss exceeds four
/// times its lowest value or is not finite. The groups of the optimizer keep the ratios of their rates. Afterwards the
/// model, the optimizer with its schedule, and the loader are as before.
///   const double peak = find_learning_rate(model, loss, optimizer, loader).suggestion;
/// Throws ValueError unless 0 < lowest < highest, both finite, steps > 1 and 0 <= smoothing < 1, or if the optimizer
/// was built on another model or the loader has no batch.
MINNOW_API LearningRateCurve find_learning_rate(Layer& model, Loss& loss, Optimizer& optimizer, DataLoader& loader,
                                                const FindLearningRateOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION
