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

/// Reads samples into batches, augments and normalises them. Not thread-safe: each worker thread has its own.
class BatchMaker {
 public:
  /// Throws ValueError if a transform is empty, or if alpha or classes of mixup is out of range.
  BatchMaker(const Dataset& dataset, std::optional<Augmentation> augment, std::optional<Normalization> normalize);

  /// Writes the samples `indices`, augmented for the given epoch and normalised, into `batch`. `first_draw`: the
  /// position of the first sample in the epoch if a sampler has drawn the samples; each draw is then augmented
  /// differently.
  void make(std::span<const std::size_t> indices, std::uint64_t epoch, std::optional<std::size_t> first_draw,
            Batch& batch);

  /// Sets the stream of the augmentation, which must exist.
  void set_stream(const Rng& rng) { augment_->rng = rng; }

 private:
  void read(std::span<const std::size_t> indices, Batch& batch) const;
  Rng transform(std::uint64_t number, std::uint64_t epoch, std::span<Real> sample);
  void one_hot_targets(Batch& batch);
  void mix(std::size_t index, std::uint64_t epoch, std::size_t row, Rng rng, Batch& batch);
  bool mixes_class_indices() const { return augment_ && augment_->mixup && target_shape_.empty(); }

  const Dataset& dataset_;
  const Shape input_shape_, target_shape_;  // of one sample
  std::optional<Augmentation> augment_;
  std::optional<Normalization> normalize_;
  Batch partner_;             // the sample that mixup adds to another sample
  std::vector<Real> labels_;  // class indices of the batch, before one-hot encoding
};

}  // namespace minnow::inline MINNOW_PRECISION
