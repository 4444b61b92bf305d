#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/dataset.hpp>

#include <cstddef>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Draws the samples of each epoch at random with replacement, sample i with probability weights[i] / (sum of the
/// weights), so that a training run reads more samples of rare classes. As torch.utils.data.WeightedRandomSampler, but
/// the samples of an epoch depend only on the stream and the epoch.
struct WeightedSampler {
  Rng rng;
  std::vector<double> weights;  // of each sample of the dataset; finite, not negative, not all 0
  std::size_t samples = 0;      // of an epoch; 0: as many as the dataset has
};

/// Returns a weight for each sample for WeightedSampler, so that each class is drawn equally often: n / (k n_c) for n
/// samples, k classes, and n_c samples of the class. Samples with equal targets are a class. Reads every sample once.
/// Throws ValueError if a target is not finite.
MINNOW_API std::vector<double> balanced_sample_weights(const Dataset& dataset);

/// Returns a weight for each class for CrossEntropyOptions::weight, (classes): n / (k n_c), as scikit-learn's
/// "balanced". Reads every sample once. Throws ShapeError if the targets are not class indices, and ValueError if a
/// target is no class index or a class has no sample.
MINNOW_API Tensor balanced_class_weights(const Dataset& dataset, std::size_t classes);

}  // namespace minnow::inline MINNOW_PRECISION
