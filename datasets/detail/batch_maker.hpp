#pragma once

#include <minnow/datasets/augmentation.hpp>
#include <minnow/datasets/dataset.hpp>
#include <minnow/datasets/normalization.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Reads samples into batches, changes them at random and normalises them. Each thread has one of its own.
class BatchMaker {
 public:
  /// Throws ValueError when the augmentation cannot be: no function among its transforms, alpha or classes of mixup.
  BatchMaker(const Dataset& dataset, std::optional<Augmentation> augment, std::optional<Normalization> normalize);

  /// Makes the batch of the samples `indices` as the given epoch shows them.
  void make(std::span<const std::size_t> indices, std::uint64_t epoch, Batch& batch);

 private:
  void read(std::span<const std::size_t> indices, Batch& batch) const;
  Rng transform(std::size_t index, std::uint64_t epoch, std::span<Real> sample);
  void soften_targets(Batch& batch);
  void mix(std::size_t index, std::uint64_t epoch, std::size_t row, Rng rng, Batch& batch);
  bool mixes_labels() const { return augment_ && augment_->mixup && target_shape_.empty(); }

  const Dataset& dataset_;
  const Shape input_shape_, target_shape_;  // of one sample
  std::optional<Augmentation> augment_;
  std::optional<Normalization> normalize_;
  Batch partner_;             // one sample, to be mixed into another
  std::vector<Real> labels_;  // of the batch, before they are softened
};

}  // namespace minnow::inline MINNOW_PRECISION
