#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The samples of one training step. inputs: (N, ...); targets: (N) class indices, or (N, ...) values; weights: (N),
/// the weight of each sample in the loss, if the dataset has weights.
struct MINNOW_API Batch {
  Tensor inputs, targets;
  std::optional<Tensor> weights;

  // Written by a DataLoader: the number of each sample in the loader's dataset, and of the sample that mixup added to
  // it. Empty in other batches; `partners` also without mixup.
  std::vector<std::size_t> indices, partners;

  std::size_t size() const { return inputs.dimension() == 0 ? 0 : inputs.shape()[0]; }

  /// Returns the values of one sample, row `r` of inputs or targets, in row-major order. A class index is a target of
  /// one value. Throws ValueError if there is no row `r`.
  std::span<Real> input(std::size_t r);
  std::span<const Real> input(std::size_t r) const;
  std::span<Real> target(std::size_t r);
  std::span<const Real> target(std::size_t r) const;
};

/// Samples, numbered from 0. Reading is const and thread-safe.
class MINNOW_API Dataset {
 public:
  virtual ~Dataset();

  virtual std::size_t size() const = 0;

  /// Returns the shape of one sample's input, without the batch axis.
  virtual Shape input_shape() const = 0;

  /// Returns the shape of one sample's target; () for a class index.
  virtual Shape target_shape() const = 0;

  /// Returns true if the samples have weights. read() then writes the weights too.
  virtual bool has_weights() const { return false; }

  /// Returns the names of the classes, if the targets are indices of named classes.
  virtual const std::vector<std::string>& class_names() const;

  /// Returns a short text that differs for other data. The default is a hash of 64 samples at positions that depend
  /// only on size(). A checkpoint continues only on data of the same size, shapes, class names and fingerprint.
  virtual std::string fingerprint() const;

  /// Writes the samples `indices`, all below size(), into the rows of batch.inputs, batch.targets and, if
  /// has_weights(), *batch.weights: sample indices[r] into batch.input(r) and batch.target(r). The tensors already have
  /// the right shapes: (indices.size(), ...).
  virtual void read(std::span<const std::size_t> indices, Batch& batch) const = 0;

 protected:
  Dataset() = default;
  Dataset(const Dataset&) = default;
  Dataset(Dataset&&) = default;
  Dataset& operator=(const Dataset&) = default;
  Dataset& operator=(Dataset&&) = default;
};

/// Changes the shapes of the batch to those of `n` samples of `dataset`, ready for dataset.read.
MINNOW_API void resize(Batch& batch, const Dataset& dataset, std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION
