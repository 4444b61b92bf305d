#include <minnow/core/error.hpp>
#include <minnow/datasets/background.hpp>
#include <minnow/datasets/data_loader.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {
namespace {

Shape with_batch_axis(std::size_t n, const Shape& sample) {
  Shape shape(sample.size() + 1);
  shape[0] = n;
  std::copy(sample.begin(), sample.end(), shape.begin() + 1);
  return shape;
}

}  // namespace

/// Two batches: the caller reads one while the other is filled.
class DataLoader::Impl {
 public:
  Impl(const Dataset& dataset, const DataLoaderOptions& options)
      : dataset_(dataset), options_(options), order_(dataset.size()) {
    std::iota(order_.begin(), order_.end(), 0);
    if (options.prefetch) background_ = std::make_unique<Background>([this] { fill(next_); });
  }

  std::size_t batches() const {
    const std::size_t n = order_.size(), batch = options_.batch_size;
    return options_.drop_last ? n / batch : n / batch + (n % batch != 0);
  }

  std::size_t samples() const { return options_.drop_last ? batches() * options_.batch_size : order_.size(); }

  void begin(std::uint64_t epoch) {
    if (background_) background_->settle();  // an epoch left early
    if (options_.shuffle) {
      std::iota(order_.begin(), order_.end(), 0);
      options_.shuffle->stream(epoch).shuffle(order_);
    }
    at_ = next_ = 0;
    if (batches() == 0) return;
    if (background_) background_->start();
    fetch();
  }

  void advance() {
    ++at_;
    if (!at_end()) fetch();
  }

  bool at_end() const { return at_ >= batches(); }
  const Batch& current() const { return slots_[at_ % 2]; }

 private:
  /// Makes batch number at_ ready, and starts on the one after it.
  void fetch() {
    if (!background_) return fill(at_);
    background_->wait();
    next_ = at_ + 1;
    if (next_ < batches()) background_->start();
  }

  void fill(std::size_t number) {
    const std::size_t start = number * options_.batch_size;
    const std::size_t n = std::min(options_.batch_size, order_.size() - start);
    Batch& batch = slots_[number % 2];
    resize(batch.inputs, with_batch_axis(n, dataset_.input_shape()));
    resize(batch.targets, with_batch_axis(n, dataset_.target_shape()));
    if (dataset_.has_weights()) resize(batch.weights ? *batch.weights : batch.weights.emplace(), {n});
    dataset_.read({order_.data() + start, n}, batch);
  }

  const Dataset& dataset_;
  const DataLoaderOptions options_;
  std::vector<std::size_t> order_;
  std::array<Batch, 2> slots_;
  std::size_t at_ = 0;    // the batch being read
  std::size_t next_ = 0;  // the batch the background fills
  std::unique_ptr<Background> background_;
};

DataLoader::DataLoader(const Dataset& dataset, const DataLoaderOptions& options) {
  if (options.batch_size == 0) throw ValueError("DataLoader: expected batch_size to be at least 1, got 0.");
  impl_ = std::make_unique<Impl>(dataset, options);
}

DataLoader::~DataLoader() = default;

std::size_t DataLoader::size() const { return impl_->batches(); }
std::size_t DataLoader::num_samples() const { return impl_->samples(); }

DataLoader::iterator DataLoader::begin() {
  impl_->begin(epoch_++);
  return iterator(*this);
}

const Batch& DataLoader::current() const { return impl_->current(); }
void DataLoader::advance() { impl_->advance(); }
bool DataLoader::at_end() const { return impl_->at_end(); }

}  // namespace minnow::inline MINNOW_PRECISION
