#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/augment.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Each sample is mixed with another one, drawn from the whole dataset and changed as this epoch changes it (Zhang and
/// others, 2018): inputs, targets and weights become lambda a + (1 - lambda) b, lambda from Beta(alpha, alpha). Class
/// indices (N) become probabilities (N, classes), which CrossEntropyLoss takes.
struct Mixup {
  std::size_t classes;  // read when the targets are class indices
  double alpha = 0.2;   // above 0, at most 4: the smaller, the less is mixed into most samples
};

/// What a loader does to each sample before it is seen, anew each epoch:
///   .augment = Augmentation{rng.split(), {augment::Flip(), augment::ShiftedCrop(4)}}
/// What happens to a sample depends on (the stream, the epoch, the sample's index) alone.
struct Augmentation {
  Rng rng;
  std::vector<Transform> transforms = {};  // one after the other
  std::optional<Mixup> mixup = std::nullopt;
};

}  // namespace minnow::inline MINNOW_PRECISION
