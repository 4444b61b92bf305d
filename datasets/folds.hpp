#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/dataset.hpp>
#include <minnow/datasets/random_split.hpp>

#include <cstddef>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The indices of the samples to train and to test on, ascending: Subset(dataset, fold.train).
struct Fold {
  std::vector<std::size_t> train, test;
};

/// Divides the samples at random into k test sets, for a k-fold cross-validation. Fold i tests on set i and trains on
/// all other samples. The sizes of the sets differ by at most one. If stratified, so do the numbers of samples of each
/// class; every sample is then read once, in batches, because of its target. As scikit-learn's KFold and
/// StratifiedKFold, but with Minnow's random numbers.
///
/// Throws ValueError if k is below 2 or exceeds the number of samples, or, if stratified, if a class has fewer than k
/// samples or a target is not finite.
MINNOW_API std::vector<Fold> k_folds(const Dataset& dataset, std::size_t k, Rng rng, const SplitOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION
