#include <minnow/core/error.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/detail/batch_maker.hpp>
#include <minnow/datasets/detail/weighted_draws.hpp>
#include <minnow/datasets/detail/worker_thread.hpp>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// A pass over the dataset, with buffers of its own. With prefetching, each worker thread fills a batch of its own
/// while the caller uses another batch. Without prefetching there is one batch, filled on the caller's thread.
class DataLoader::Pass {
 public:
  Pass(const Dataset& dataset, const DataLoaderOptions& options, std::size_t samples, std::size_t batches)
      : batch_size_(options.batch_size),
        batches_(batches),
        order_(samples),
        drawn_(options.sampler.has_value()),
        slots_(options.prefetch ? options.workers + 1 : 1) {
    for (std::size_t i = 0; i < (options.prefetch ? options.workers : 1); ++i) {
      Worker& worker =
          *workers_.emplace_back(std::make_unique<Worker>(BatchMaker(dataset, options.augment, options.normalize)));
      if (options.prefetch) worker.thread = std::make_unique<WorkerThread>([this, &worker] { fill(worker); });
    }
  }

  /// Begins epoch `epoch` at a batch, with the streams of the loader.
  void begin(const DataLoader& loader, std::uint64_t epoch, std::size_t first_batch) {
    stop();
    loader.write_order(epoch, order_);
    for (const auto& worker : workers_)
      if (loader.options_.augment) worker->maker.set_stream(loader.options_.augment->rng);
    epoch_ = epoch;
    at_ = next_ = first_batch;
    if (at_end()) return;
    for (std::size_t i = 0; i < workers_.size(); ++i) start(worker_of(at_ + i), at_ + i);
    fetch();
  }

  /// Ends an unfinished pass.
  void stop() {
    for (const auto& worker : workers_)
      if (worker->thread) worker->thread->wait_and_discard_error();
    at_ = batches_;
  }

  void advance() {
    ++at_;
    if (!at_end()) fetch();
  }

  bool at_end() const { return at_ >= batches_; }
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
    if (worker.thread && number < batches_) worker.thread->start();
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
    const std::size_t start = worker.number * batch_size_;
    const std::size_t n = std::min(batch_size_, order_.size() - start);
    worker.maker.make({order_.data() + start, n}, epoch_, drawn_ ? std::optional(start) : std::nullopt,
                      slots_[worker.number % slots_.size()]);
  }

  const std::size_t batch_size_, batches_;
  std::vector<std::size_t> order_;
  const bool drawn_;  // by a sampler
  std::vector<Batch> slots_;
  std::uint64_t epoch_ = 0;
  std::size_t at_ = batches_;                     // number of the current batch
  std::size_t next_ = 0;                          // number of the first batch that has not been filled without an error
  std::vector<std::unique_ptr<Worker>> workers_;  // last: destroyed before the members that the threads use
};

DataLoader::DataLoader(const Dataset& dataset, const DataLoaderOptions& options)
    : dataset_(dataset), options_(options), samples_(dataset.size()) {
  if (options.batch_size == 0) throw ValueError("DataLoader: expected batch_size to be at least 1, got 0.");
  if (options.workers == 0) throw ValueError("DataLoader: expected workers to be at least 1, got 0.");
  if (options.sampler) {
    if (options.shuffle) throw ValueError("DataLoader: expected a sampler or shuffle, got both. Leave out shuffle.");
    draws_ = std::make_shared<WeightedDraws>(options.sampler->weights, samples_);
    if (options.sampler->samples > 0) samples_ = options.sampler->samples;
  }
  free_pass();
}

DataLoader::~DataLoader() = default;

std::size_t DataLoader::size() const {
  const std::size_t batch = options_.batch_size;
  return samples_ / batch + (options_.drop_last || samples_ % batch == 0 ? 0 : 1);
}

std::size_t DataLoader::num_samples() const { return options_.drop_last ? size() * options_.batch_size : samples_; }

/// Returns a pass that no iterator owns. Makes a new pass if there is none.
std::shared_ptr<DataLoader::Pass>& DataLoader::free_pass() {
  for (auto& pass : passes_)
    if (pass.use_count() == 1) return pass;
  return passes_.emplace_back(std::make_shared<Pass>(dataset_, options_, samples_, size()));
}

/// Writes the samples of an epoch, in order.
void DataLoader::write_order(std::uint64_t epoch, std::vector<std::size_t>& order) const {
  if (draws_) return draws_->draw(options_.sampler->rng.stream(epoch), order);
  std::iota(order.begin(), order.end(), 0);
  if (options_.shuffle) options_.shuffle->stream(epoch).shuffle(order);
}

DataLoader::iterator DataLoader::begin() {
  const bool nested = passes_[0].use_count() > 1 && !passes_[0]->at_end();
  auto& pass = free_pass();
  if (nested) {
    pass->begin(*this, epoch_ - 1, 0);
    return iterator(pass);
  }
  pass.swap(passes_[0]);
  passes_[0]->begin(*this, epoch_++, std::exchange(next_batch_, 0));
  return iterator(passes_[0]);
}

void DataLoader::visit_state(StateVisitor& visitor) {
  const Pass& outermost = *passes_[0];
  std::uint64_t epoch = outermost.at_end() ? epoch_ : epoch_ - 1;
  std::uint64_t batch = outermost.at_end() ? next_batch_ : outermost.next();
  visitor.visit("epoch", epoch);
  visitor.visit("batch", batch);
  if (visitor.writes()) {
    for (const auto& pass : passes_) pass->stop();
    epoch_ = epoch;
    next_batch_ = batch;
  }
  visitor.constant("samples", std::to_string(samples_));
  visitor.constant("batch_size", std::to_string(options_.batch_size));
  visitor.constant("drop_last", options_.drop_last ? "true" : "false");
  visitor.constant("order", options_.sampler ? "sampled" : options_.shuffle ? "shuffled" : "that of the data");
  visitor.constant("augmentation", options_.augment ? "on" : "off");
  if (options_.shuffle) visitor.visit("shuffle", *options_.shuffle);
  if (draws_) {
    visitor.constant("sampler.weights", std::to_string(draws_->fingerprint()));
    visitor.visit("sampler", options_.sampler->rng);
  }
  if (options_.augment) visitor.visit("augmentation", options_.augment->rng);
}

const Batch& DataLoader::iterator::operator*() const { return pass_->current(); }

DataLoader::iterator& DataLoader::iterator::operator++() {
  pass_->advance();
  return *this;
}

bool DataLoader::iterator::operator==(std::default_sentinel_t) const { return pass_->at_end(); }

}  // namespace minnow::inline MINNOW_PRECISION
