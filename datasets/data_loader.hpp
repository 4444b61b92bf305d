#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/core/state_visitor.hpp>
#include <minnow/datasets/augmentation.hpp>
#include <minnow/datasets/dataset.hpp>
#include <minnow/datasets/normalization.hpp>
#include <minnow/datasets/weighted_sampler.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

class WeightedDraws;

struct DataLoaderOptions {
  std::size_t batch_size = 64;
  std::optional<Rng> shuffle = std::nullopt;           // shuffles by (this stream, epoch); unset: the dataset's order
  bool drop_last = false;                              // leaves out the last batch if it is smaller than batch_size
  bool prefetch = false;                               // fills the next batches on worker threads
  std::size_t workers = 1;                             // number of worker threads; each fills its own batch
  std::optional<Augmentation> augment = std::nullopt;  // random changes of each sample, different in each epoch
  std::optional<Normalization> normalize = std::nullopt;  // applied after `augment`
  std::optional<WeightedSampler> sampler = std::nullopt;  // draws the samples of each epoch, instead of `shuffle`
};

/// Iterates over a dataset in batches. One range-based for loop is one pass over the dataset, an epoch:
///   for (const Batch& batch : loader) ...
/// A batch is valid until the next batch of its pass. Nothing is allocated after the first epoch. Prefetching and the
/// number of workers change no bit of the batches. A sample's augmentation does not depend on the other samples of its
/// batch. With a sampler, a sample that is drawn twice in an epoch is augmented differently each time.
///
/// A pass runs until it is at its end or its iterators are destroyed. A pass begun while another pass runs is a nested
/// pass, as in evaluate(model, loss, loader) inside a loop over `loader`. It has buffers of its own, repeats the epoch
/// of the outer pass in the same order, and does not change the outer pass.
class MINNOW_API DataLoader {
  class Pass;

 public:
  /// `dataset` must outlive the loader. Throws ValueError if batch_size or workers is 0, if the augmentation or the
  /// sampler is invalid, or if there are both a sampler and a shuffle.
  explicit DataLoader(const Dataset& dataset, const DataLoaderOptions& options = {});
  explicit DataLoader(const Dataset&& dataset, const DataLoaderOptions& options = {}) = delete;
  ~DataLoader();
  DataLoader(const DataLoader&) = delete;
  DataLoader& operator=(const DataLoader&) = delete;

  const Dataset& dataset() const { return dataset_; }

  /// Returns the number of batches per epoch.
  std::size_t size() const;

  /// Returns the number of samples per epoch.
  std::size_t num_samples() const;

  /// Returns the number of epochs begun. A nested pass is not an epoch.
  std::uint64_t epoch() const { return epoch_; }

  /// Visits the position of the outermost pass, epoch and batch, and the random streams. A restore ends all passes. The
  /// next begin() then continues the stored epoch after the batch that was current; later epochs are complete.
  void visit_state(StateVisitor& visitor);

  class MINNOW_API iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    using pointer = const Batch*;
    using reference = const Batch&;

    const Batch& operator*() const;
    const Batch* operator->() const { return &**this; }
    iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const;

   private:
    friend class DataLoader;
    explicit iterator(std::shared_ptr<Pass> pass) : pass_(std::move(pass)) {}
    std::shared_ptr<Pass> pass_;  // copies of an iterator share the pass
  };

  /// Begins an epoch, or a nested pass if a pass runs. To end a pass early, destroy its iterator and the copies of it.
  iterator begin();
  std::default_sentinel_t end() const { return {}; }

 private:
  std::shared_ptr<Pass>& free_pass();
  void write_order(std::uint64_t epoch, std::vector<std::size_t>& order) const;

  const Dataset& dataset_;
  DataLoaderOptions options_;
  std::shared_ptr<const WeightedDraws> draws_;  // null without a sampler
  std::size_t samples_;
  std::vector<std::shared_ptr<Pass>> passes_;  // first: the outermost; a pass that no iterator owns is used again
  std::uint64_t epoch_ = 0;
  std::size_t next_batch_ = 0;  // the next epoch begins at this batch
};

}  // namespace minnow::inline MINNOW_PRECISION
