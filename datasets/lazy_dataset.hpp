#pragma once

#include <minnow/datasets/dataset.hpp>

#include <atomic>
#include <functional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// A dataset that makes each sample when it is first read, and stores it. Training can start before all samples exist.
/// The reading thread makes missing samples; with prefetching this is a worker thread of the loader.
class MINNOW_API LazyDataset : public Dataset {
 public:
  /// Fills the input of sample `index` and returns its class index.
  using Make = std::function<Real(std::size_t index, std::span<Real> input)>;

  /// `make` must be thread-safe and must always return the same sample for the same index. It is called twice for an
  /// index if two threads read it at once. read() passes on exceptions of `make`. Throws ValueError if `make` is empty.
  LazyDataset(std::size_t size, Shape input_shape, Make make);
  LazyDataset(const LazyDataset&) = delete;
  LazyDataset& operator=(const LazyDataset&) = delete;

  std::size_t size() const override { return states_.size(); }
  Shape input_shape() const override { return input_shape_; }
  Shape target_shape() const override { return {}; }
  void read(std::span<const std::size_t> indices, Batch& batch) const override;

 private:
  enum class State : unsigned char { missing, storing, stored };

  void make_and_store(std::size_t index, std::span<Real> input, Real& target) const;

  Shape input_shape_;
  Make make_;
  // Each row is written once, by the thread that changes the sample's state from `missing` to `storing`.
  mutable Tensor inputs_, targets_;
  mutable std::vector<std::atomic<State>> states_;
};

}  // namespace minnow::inline MINNOW_PRECISION
