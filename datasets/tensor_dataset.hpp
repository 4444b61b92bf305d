#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/dataset.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Samples held in memory.
class MINNOW_API TensorDataset : public Dataset {
 public:
  /// inputs: (N, ...), targets: (N) or (N, ...). `class_names`, when given, name the class indices; then every target
  /// must be one. `weights`: (N), finite and not negative, how often each sample counts in a loss; unset: once.
  /// Throws ShapeError or ValueError when these do not fit together.
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
  const std::vector<std::string>& class_names() const { return class_names_; }

  /// The samples `indices`, copied. Throws ValueError when one is out of range.
  TensorDataset subset(std::span<const std::size_t> indices) const;

 private:
  Tensor inputs_, targets_;
  std::optional<Tensor> weights_;
  std::vector<std::string> class_names_;
};

/// A random part of `dataset`, of `fraction` rounded to whole samples, and the rest: {part, rest}.
/// Throws ValueError unless both get at least one sample.
MINNOW_API std::pair<TensorDataset, TensorDataset> random_split(const TensorDataset& dataset, double fraction, Rng rng);

}  // namespace minnow::inline MINNOW_PRECISION
