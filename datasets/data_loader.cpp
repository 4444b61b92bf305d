#include <minnow/core/error.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/detail/batch_maker.hpp>
#include <minnow/datasets/detail/worker_thread.hpp>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// With prefetching, each worker thread fills a batch of its own while the caller uses another batch. Without
/// prefetching there is one batch, filled on the caller's thread.
class DataLoader::Impl {
 public:
  Impl(const Dataset& dataset, const DataLoaderOptions& options)
      : options_(options), order_(dataset.size()), slots_(options.prefetch ? options.workers + 1 : 1) {
    std::iota(order_.begin(), order_.end(), 0);
    for (std::size_t i = 0; i < (options.prefetch ? options.workers : 1); ++i) {
      Worker& worker =
          *workers_.emplace_back(std::make_unique<Worker>(BatchMaker(dataset, options.augment, options.normalize)));
      if (options.prefetch) worker.thread = std::make_unique<WorkerThread>([this, &worker] { fill(worker); });
    }
  }

  std::size_t batches() const {
    const std::size_t n = order_.size(), batch = options_.batch_size;
    return options_.drop_last ? n / batch : n / batch + (n % batch != 0);
  }

  std::size_t samples() const { return options_.drop_last ? batches() * options_.batch_size : order_.size(); }

  void begin(std::uint64_t epoch, std::size_t first_batch) {
    stop();
    if (options_.shuffle) {
      std::iota(order_.begin(), order_.end(), 0);
      options_.shuffle->stream(epoch).shuffle(order_);
    }
    epoch_ = epoch;
    at_ = next_ = first_batch;
    if (at_end()) return;
    for (std::size_t i = 0; i < workers_.size(); ++i) start(worker_of(at_ + i), at_ + i);
    fetch();
  }

  /// Ends an unfinished epoch.
  void stop() {
    for (const auto& worker : workers_)
      if (worker->thread) worker->thread->wait_and_discard_error();
    at_ = batches();
  }

  void visit_state(StateVisitor& visitor) {
    visitor.constant("samples", std::to_string(order_.size()));
    visitor.constant("batch_size", std::to_string(options_.batch_size));
    visitor.constant("drop_last", options_.drop_last ? "true" : "false");
    if (options_.shuffle) visitor.visit("shuffle", *options_.shuffle);
    workers_[0]->maker.visit_state(visitor);
    if (!visitor.writes()) return;  // worker threads may read the streams at the same time
    for (const auto& worker : workers_) worker->maker.copy_state(workers_[0]->maker);
  }

  void advance() {
    ++at_;
    if (!at_end()) fetch();
  }

  bool at_end() const { return at_ >= batches(); }
  std::size_t next() const { return next_; }
  const Batch& current() const { return slots_[at_ % slots_.size()]; }

 private:
  struct Worker {
    explicit Worker(BatchMaker its_maker) : maker(std::move(its_maker)) {}
    BatchMaker maker;
    std::size_t number = 0;                // of its batch
    std::unique_ptr<WorkerThread> thread;  // last: destroyed before the members that it uses
  };

  Worker& worker_of(std::size_t batch) { return *workers_[batch % workers_.size()]; }

  void start(Worker& worker, std::size_t number) {
    worker.number = number;
    if (worker.thread && number < batches()) worker.thread->start();
  }

  /// Makes batch number at_ current: waits for its worker thread, or fills it on this thread. The worker thread then
  /// starts the first batch that no other thread has started, in the slot of the previous batch.
  void fetch() {
    Worker& worker = worker_of(at_);
    if (worker.thread) {
      worker.thread->wait();
      start(worker, at_ + workers_.size());
    } else {
      worker.number = at_;
      fill(worker);
    }
    next_ = at_ + 1;
  }

  void fill(Worker& worker) {
    const std::size_t start = worker.number * options_.batch_size;
    const std::size_t n = std::min(options_.batch_size, order_.size() - start);
    worker.maker.make({order_.data() + start, n}, epoch_, slots_[worker.number % slots_.size()]);
  }

  DataLoaderOptions options_;
  std::vector<std::size_t> order_;
  std::vector<Batch> slots_;
  std::uint64_t epoch_ = 0;
  std::size_t at_ = 0;                            // number of the current batch
  std::size_t next_ = 0;                          // number of the first batch that has not been filled without an error
  std::vector<std::unique_ptr<Worker>> workers_;  // last: destroyed before the members that the threads use
};

DataLoader::DataLoader(const Dataset& dataset, const DataLoaderOptions& options) {
  if (options.batch_size == 0) throw ValueError("DataLoader: expected batch_size to be at least 1, got 0.");
  if (options.workers == 0) throw ValueError("DataLoader: expected workers to be at least 1, got 0.");
  impl_ = std::make_unique<Impl>(dataset, options);
}

DataLoader::~DataLoader() = default;

std::size_t DataLoader::size() const { return impl_->batches(); }
std::size_t DataLoader::num_samples() const { return impl_->samples(); }

DataLoader::iterator DataLoader::begin() {
  impl_->begin(epoch_++, std::exchange(next_batch_, 0));
  return iterator(*this);
}

void DataLoader::visit_state(StateVisitor& visitor) {
  const bool inside = epoch_ > 0 && !at_end();
  std::uint64_t epoch = inside ? epoch_ - 1 : epoch_, batch = inside ? impl_->next() : next_batch_;
  visitor.visit("epoch", epoch);
  visitor.visit("batch", batch);
  if (visitor.writes()) {
    impl_->stop();
    epoch_ = epoch;
    next_batch_ = batch;
  }
  impl_->visit_state(visitor);
}

const Batch& DataLoader::current() const { return impl_->current(); }
void DataLoader::advance() { impl_->advance(); }
bool DataLoader::at_end() const { return impl_->at_end(); }

}  // namespace minnow::inline MINNOW_PRECISION
