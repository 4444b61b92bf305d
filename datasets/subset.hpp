#pragma once

#include <minnow/datasets/dataset.hpp>

#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// A selection of the samples of another dataset. No sample is copied.
class MINNOW_API Subset final : public Dataset {
 public:
  /// Sample i is sample `indices[i]` of `dataset`, which must outlive the subset. Indices may repeat. Throws ValueError
  /// if an index is out of range.
  Subset(const Dataset& dataset, std::vector<std::size_t> indices);
  Subset(const Dataset&& dataset, std::vector<std::size_t> indices) = delete;

  std::size_t size() const override { return indices_.size(); }
  Shape input_shape() const override { return dataset_->input_shape(); }
  Shape target_shape() const override { return dataset_->target_shape(); }
  bool has_weights() const override { return dataset_->has_weights(); }
  const std::vector<std::string>& class_names() const override { return dataset_->class_names(); }
  void read(std::span<const std::size_t> indices, Batch& batch) const override;

  /// Returns the index of each sample in the dataset.
  const std::vector<std::size_t>& indices() const { return indices_; }

 private:
  const Dataset* dataset_;
  std::vector<std::size_t> indices_;
};

}  // namespace minnow::inline MINNOW_PRECISION
