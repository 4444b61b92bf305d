#pragma once

#include <minnow/datasets/dataset.hpp>

#include <atomic>
#include <functional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Samples that a function makes when they are first read, and that are kept from then on: training starts before all
/// of them are there. Whoever reads makes what is missing; a loader that prefetches does it beside the training.
class MINNOW_API LazyDataset : public Dataset {
 public:
  /// Fills the input of sample `index` and returns its class index.
  using Make = std::function<Real(std::size_t index, std::span<Real> input)>;

  /// `make` must give the same sample for the same index, whenever and on whichever thread; it may be called on several
  /// at once, and seldom twice for one index. What it throws, read() throws. Throws ValueError when there is no `make`.
  LazyDataset(std::size_t size, Shape input_shape, Make make);
  LazyDataset(const LazyDataset&) = delete;
  LazyDataset& operator=(const LazyDataset&) = delete;

  std::size_t size() const override { return states_.size(); }
  Shape input_shape() const override { return input_shape_; }
  Shape target_shape() const override { return {}; }
  void read(std::span<const std::size_t> indices, Batch& batch) const override;

 private:
  enum class State : unsigned char { missing, arriving, kept };

  void make_and_keep(std::size_t index, std::span<Real> input, Real& target) const;

  Shape input_shape_;
  Make make_;
  // Written once for each sample, by the thread that moves its state on from `missing`.
  mutable Tensor inputs_, targets_;
  mutable std::vector<std::atomic<State>> states_;
};

}  // namespace minnow::inline MINNOW_PRECISION
