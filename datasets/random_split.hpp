#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/subset.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION {

struct SplitOptions {
  bool stratified = false;  // splits each class in this proportion; samples with equal targets are a class
};

/// Splits `dataset` at random into {part, rest}. The part has `fraction` of the samples, rounded. If stratified, it has
/// `fraction` of each class, rounded up or down; every sample is then read once, in batches, because of its target.
/// Both refer to `dataset`, which must outlive them. Throws ValueError if either would be empty, or, if stratified, if
/// a target is not finite.
MINNOW_API std::pair<Subset, Subset> random_split(const Dataset& dataset, double fraction, Rng rng,
                                                  const SplitOptions& options = {});
std::pair<Subset, Subset> random_split(const Dataset&& dataset, double fraction, Rng rng,
                                       const SplitOptions& options = {}) = delete;

/// The same for a dataset in memory. Both are copies of their samples.
MINNOW_API std::pair<TensorDataset, TensorDataset> random_split(const TensorDataset& dataset, double fraction, Rng rng,
                                                                const SplitOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION
