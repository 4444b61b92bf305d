#pragma once

#include <minnow/datasets/dataset.hpp>

#include <cstddef>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct TargetClasses {
  std::vector<std::size_t> of_sample;     // the class of each sample
  std::vector<std::size_t> counts;        // the number of samples of each class
  std::vector<std::vector<Real>> target;  // the target of each class
};

/// Reads every sample, in batches, and returns the class of each: samples with equal targets are a class. The classes
/// are in the order of their targets. Throws ValueError with `who` and the sample if a target is not finite.
TargetClasses target_classes(const Dataset& dataset, const char* who);

}  // namespace minnow::inline MINNOW_PRECISION
