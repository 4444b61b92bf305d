#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/augmentation.hpp>
#include <minnow/datasets/dataset.hpp>
#include <minnow/datasets/normalization.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>

namespace minnow::inline MINNOW_PRECISION {

struct DataLoaderOptions {
  std::size_t batch_size = 64;
  std::optional<Rng> shuffle = std::nullopt;  // a new order each epoch, by (this stream, epoch) alone; none: as stored
  bool drop_last = false;                     // leave out a last batch that is smaller
  bool prefetch = false;                      // fill the next batches while this one is used, on threads of their own:
  std::size_t workers = 1;                    // so many, each filling a batch
  std::optional<Augmentation> augment = std::nullopt;     // change each sample at random, anew each epoch
  std::optional<Normalization> normalize = std::nullopt;  // and then normalise it
};

/// Goes through a dataset in batches, once per range-based for:
///   for (const Batch& batch : loader) ...
/// A batch is filled in place and valid until the next; after the first epoch nothing is allocated. Neither prefetching
/// nor the number of workers changes a bit, and a sample's augmentation depends on no other sample of its batch.
class MINNOW_API DataLoader {
 public:
  /// `dataset` must outlive the loader. Throws ValueError when batch_size or workers is 0, or the augmentation is none.
  explicit DataLoader(const Dataset& dataset, const DataLoaderOptions& options = {});
  explicit DataLoader(const Dataset&& dataset, const DataLoaderOptions& options = {}) = delete;
  ~DataLoader();
  DataLoader(const DataLoader&) = delete;
  DataLoader& operator=(const DataLoader&) = delete;

  /// Batches per epoch.
  std::size_t size() const;

  /// Samples per epoch.
  std::size_t num_samples() const;

  /// Epochs begun so far.
  std::uint64_t epoch() const { return epoch_; }

  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    using pointer = const Batch*;
    using reference = const Batch&;

    const Batch& operator*() const { return loader_->current(); }
    const Batch* operator->() const { return &loader_->current(); }
    iterator& operator++() {
      loader_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return loader_->at_end(); }

   private:
    friend class DataLoader;
    explicit iterator(DataLoader& loader) : loader_(&loader) {}
    DataLoader* loader_;
  };

  /// Begins an epoch; one that was left early is forgotten.
  iterator begin();
  std::default_sentinel_t end() const { return {}; }

 private:
  class Impl;
  const Batch& current() const;
  void advance();
  bool at_end() const;

  std::unique_ptr<Impl> impl_;
  std::uint64_t epoch_ = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION
