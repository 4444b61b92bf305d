#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

/// What one training step reads. inputs: (N, ...); targets: (N) class indices as whole numbers, or (N, ...) numbers;
/// weights: (N), how often each sample counts, if the dataset says so.
struct Batch {
  Tensor inputs, targets;
  std::optional<Tensor> weights;
  std::size_t size() const { return inputs.dimension() == 0 ? 0 : inputs.shape()[0]; }
};

/// Numbered samples. Reading is const and safe from several threads at once.
class MINNOW_API Dataset {
 public:
  virtual ~Dataset();

  virtual std::size_t size() const = 0;

  /// The shape of one sample's input, without the batch axis.
  virtual Shape input_shape() const = 0;

  /// The shape of one sample's target; () for a class index.
  virtual Shape target_shape() const = 0;

  /// Whether samples have weights, which then are read too.
  virtual bool has_weights() const { return false; }

  /// Writes the samples `indices`, all below size(), into the rows of batch.inputs, batch.targets and, if any,
  /// *batch.weights, which already have (indices.size(), ...) and the shapes above.
  virtual void read(std::span<const std::size_t> indices, Batch& batch) const = 0;

 protected:
  Dataset() = default;
  Dataset(const Dataset&) = default;
  Dataset(Dataset&&) = default;
  Dataset& operator=(const Dataset&) = default;
  Dataset& operator=(Dataset&&) = default;
};

}  // namespace minnow::inline MINNOW_PRECISION
