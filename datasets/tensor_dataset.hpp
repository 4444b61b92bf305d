#pragma once

#include <minnow/datasets/dataset.hpp>

#include <optional>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// A dataset in memory.
class MINNOW_API TensorDataset : public Dataset {
 public:
  /// inputs: (N, ...), targets: (N) or (N, ...). If `class_names` is not empty, every target must be a class index.
  /// `weights`: (N), the weight of each sample in the loss, finite and not negative; unset: 1 for each sample. Throws
  /// ShapeError if the shapes do not match, ValueError if a target or a weight is invalid.
  TensorDataset(Tensor inputs, Tensor targets, std::vector<std::string> class_names = {},
                std::optional<Tensor> weights = std::nullopt);

  std::size_t size() const override { return inputs_.shape()[0]; }
  Shape input_shape() const override { return Shape(inputs_.shape().begin() + 1, inputs_.shape().end()); }
  Shape target_shape() const override { return Shape(targets_.shape().begin() + 1, targets_.shape().end()); }
  bool has_weights() const override { return weights_.has_value(); }
  void read(std::span<const std::size_t> indices, Batch& batch) const override;

  const Tensor& inputs() const { return inputs_; }
  const Tensor& targets() const { return targets_; }
  const std::optional<Tensor>& weights() const { return weights_; }
  const std::vector<std::string>& class_names() const override { return class_names_; }

  /// Returns a copy of the samples `indices`. Throws ValueError if an index is out of range. A Subset copies nothing.
  TensorDataset subset(std::span<const std::size_t> indices) const;

 private:
  Tensor inputs_, targets_;
  std::optional<Tensor> weights_;
  std::vector<std::string> class_names_;
};

}  // namespace minnow::inline MINNOW_PRECISION
