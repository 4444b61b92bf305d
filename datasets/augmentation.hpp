#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/augment.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Mixes each sample a with another sample b (Zhang and others, 2018): inputs, targets and weights become
/// lambda a + (1 - lambda) b, with lambda from Beta(alpha, alpha). b is drawn from the whole dataset and transformed as
/// in this epoch. Class indices (N) become probabilities (N, classes), which CrossEntropyLoss accepts.
struct Mixup {
  std::size_t classes;  // used if the targets are class indices
  double alpha = 0.2;   // in (0, 4]; a smaller alpha mixes most samples less
};

/// Random changes that a loader applies to each sample, different in each epoch:
///   .augment = Augmentation{rng.split(), {augment::Flip(), augment::ShiftedCrop(4)}}
/// The changes depend only on the stream, the epoch and the sample's index.
struct Augmentation {
  Rng rng;
  std::vector<Transform> transforms = {};  // applied in order
  std::optional<Mixup> mixup = std::nullopt;
};

}  // namespace minnow::inline MINNOW_PRECISION
