// A training run is copied into memory at some batch and goes on, in objects built anew, to the same bits.

#include <minnow/minnow.hpp>

#include <tests/support/message.hpp>
#include <tests/support/threads_for_test.hpp>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

constexpr std::size_t epochs = 3;

/// What a program builds at its start.
struct TrainingRun {
  TrainingRun(const Dataset& data, std::size_t workers, std::uint64_t seed)
      : rng(seed),
        model(make_model(rng)),
        optimizer(groups(model)),
        ema(model, {.decay = 0.9, .warm_up = true}),
        plateau(optimizer, {.factor = 0.5, .patience = 0}),
        loader(data, options(workers, rng)) {
    optimizer.set_schedule(one_cycle({.total_steps = epochs * loader.size()}));
  }

  static Sequential make_model(Rng& rng) {
    return Sequential{
        Conv2d(3, 6, 3, rng, {.padding = 1}),
        BatchNorm2d(6),
        ReLU(),
        MaxPool2d(2),
        Dropout(0.2, rng),
        Residual(Sequential{Conv2d(6, 6, 3, rng, {.padding = 1}), BatchNorm2d(6), Dropout(0.1, rng), ReLU()}),
        GlobalAvgPool2d(),
        Dense(6, 4, rng)};
  }

  static ParameterGroups<AdamWOptions> groups(Sequential& model) {
    return no_decay_on_biases_and_norms(model.parameters(), AdamWOptions{.learning_rate = 0.01, .weight_decay = 0.05});
  }

  static DataLoaderOptions options(std::size_t workers, Rng& rng) {
    Augmentation augment{rng.split(), {augment::Flip(), augment::ShiftedCrop(2)}};
    augment.mixup = Mixup{.classes = 4};
    return {.batch_size = 16,
            .shuffle = rng.split(),
            .prefetch = workers > 0,
            .workers = workers > 0 ? workers : 1,
            .augment = augment};
  }

  Snapshot snapshot() { return Snapshot(model, optimizer, ema, plateau, loader); }
  void restore(const Snapshot& snapshot) { snapshot.restore(model, optimizer, ema, plateau, loader); }

  void step(const Batch& batch) {
    losses.push_back(loss.forward(model.forward(batch.inputs), batch.targets));
    model.backward(loss.backward());
    optimizer.step();
    ema.update();
  }

  Rng rng;
  Sequential model;
  AdamW optimizer;
  EMA ema;
  ReduceLROnPlateau plateau;
  DataLoader loader;
  CrossEntropyLoss loss;
  std::vector<double> losses;
};

/// Trains to the end; takes a snapshot after `stop_after` batches, if it is set, and leaves then.
std::optional<Snapshot> train(TrainingRun& run, std::size_t first_epoch, std::optional<std::size_t> stop_after) {
  std::size_t batches = 0;
  for (std::size_t epoch = first_epoch; epoch < epochs; ++epoch) {
    for (const Batch& batch : run.loader) {
      run.step(batch);
      if (++batches == stop_after) return run.snapshot();
    }
    run.plateau.step(1);  // never better: lowers the rate at each epoch
  }
  return std::nullopt;
}

const TensorDataset& data() {
  static const auto animals = datasets::animals({.size = 16, .train = 72, .test = 4}, Rng{3});
  static const TensorDataset tensors = [] {
    DataLoader all{animals.train, {.batch_size = 72}};
    const Batch& batch = *all.begin();
    return TensorDataset(batch.inputs, batch.targets);
  }();
  return tensors;
}

void expect_resumes(std::size_t workers, std::size_t stop_after) {
  TrainingRun whole(data(), workers, 7);
  train(whole, 0, std::nullopt);
  const std::size_t per_epoch = whole.loader.size();
  ASSERT_EQ(per_epoch, 5u);

  TrainingRun stopped(data(), workers, 7);
  const std::optional<Snapshot> snapshot = train(stopped, 0, stop_after);
  ASSERT_TRUE(snapshot);

  TrainingRun resumed(data(), workers, 99);  // another seed: everything that matters is in the snapshot
  resumed.restore(*snapshot);
  EXPECT_EQ(first_difference(resumed.snapshot(), *snapshot), "");
  train(resumed, (stop_after - 1) / per_epoch, std::nullopt);

  std::vector<double> losses = stopped.losses;
  losses.insert(losses.end(), resumed.losses.begin(), resumed.losses.end());
  ASSERT_EQ(losses.size(), whole.losses.size());
  EXPECT_EQ(std::memcmp(losses.data(), whole.losses.data(), losses.size() * sizeof(double)), 0);
  EXPECT_EQ(first_difference(resumed.snapshot(), whole.snapshot()), "")
      << "workers " << workers << ", after " << stop_after << " batches";
}

TEST(Resume, GoesOnToTheSameBits) {
  Rng rng{std::random_device()()};  // the batch is named if the test fails
  for (const int threads : {1, 2}) {
    const ThreadsForTest scope(threads);
    for (const std::size_t workers : {0u, 2u}) {
      expect_resumes(workers, 1 + rng.below(13));  // anywhere
      expect_resumes(workers, 10);                 // after the last batch of an epoch
    }
  }
}

TEST(Resume, ALoaderGoesOnOnce) {
  DataLoader loader{data(), {.batch_size = 16}};
  std::vector<Tensor> first;
  for (const Batch& batch : loader) first.push_back(batch.inputs);
  auto pass = loader.begin();
  ++pass;
  const Snapshot inside(loader);
  loader.begin();
  inside.restore(loader);
  std::vector<Tensor> rest;
  for (const Batch& batch : loader) rest.push_back(batch.inputs);
  EXPECT_EQ(rest, std::vector<Tensor>(first.begin() + 2, first.end()));
  EXPECT_EQ(loader.epoch(), 2u);
  std::size_t batches = 0;
  for (const Batch& batch : loader) batches += batch.size() > 0;
  EXPECT_EQ(batches, loader.size());
}

DataLoaderOptions options_of(std::size_t workers) {
  return {.batch_size = 2, .prefetch = workers > 0, .workers = workers > 0 ? workers : 1};
}

/// Eight samples. Reading fails at the first read of sample 5.
class FailsOnce : public Dataset {
 public:
  std::size_t size() const override { return 8; }
  Shape input_shape() const override { return {1}; }
  Shape target_shape() const override { return {}; }
  void read(std::span<const std::size_t> indices, Batch& batch) const override {
    for (std::size_t i = 0; i < indices.size(); ++i) {
      if (indices[i] == 5 && !failed_.exchange(true)) throw DataError("sample 5 cannot be read");
      batch.inputs(i, 0) = static_cast<Real>(indices[i]);
    }
  }

 private:
  mutable std::atomic<bool> failed_ = false;
};

TEST(Resume, ALoaderContinuesAtTheBatchThatFailed) {
  for (const std::size_t workers : {0u, 2u}) {
    const FailsOnce dataset;
    const auto make = [&] { return std::make_unique<DataLoader>(dataset, options_of(workers)); };
    const auto stopped = make(), resumed = make();
    std::vector<Real> read;
    EXPECT_THROW(for (const Batch& batch
                      : *stopped) read.insert(read.end(), batch.inputs.begin(), batch.inputs.end()),
                 DataError);
    EXPECT_EQ(read, (std::vector<Real>{0, 1, 2, 3}));
    Snapshot(*stopped).restore(*resumed);
    for (const Batch& batch : *resumed) read.insert(read.end(), batch.inputs.begin(), batch.inputs.end());
    EXPECT_EQ(read, (std::vector<Real>{0, 1, 2, 3, 4, 5, 6, 7})) << workers;
  }
}

TEST(Resume, ALoaderOfOtherOptionsIsRefused) {
  DataLoader all{data(), {.batch_size = 16}}, whole_batches{data(), {.batch_size = 16, .drop_last = true}};
  EXPECT_EQ(message<Error>([&] { Snapshot(all).restore(whole_batches); }),
            "Snapshot: expected 0.drop_last to be false, got true.");
}

TEST(Resume, RefusesOtherObjectsAndChangesNothing) {
  TrainingRun run(data(), 0, 7);
  const Snapshot snapshot = *train(run, 0, 3);
  const auto refused = [&](auto&... objects) {
    const Snapshot before(objects...);
    const std::string error = message<Error>([&] { snapshot.restore(objects...); });
    EXPECT_EQ(first_difference(before, Snapshot(objects...)), "");
    return error;
  };
  TrainingRun other(data(), 0, 8);
  Rng rng{1};
  Sequential model = TrainingRun::make_model(rng);
  static_cast<BatchNorm2d&>(model[1]) = BatchNorm2d(6, {.eps = 1e-3});
  EXPECT_EQ(refused(model, other.optimizer, other.ema, other.plateau, other.loader),
            "Snapshot: expected 0.1.layer to be BatchNorm2d(channels 6, eps 1e-05, momentum 0.1, affine true, "
            "track_running_stats true), got BatchNorm2d(channels 6, eps 0.001, momentum 0.1, affine true, "
            "track_running_stats true).");
  DataLoader loader{data(), {.batch_size = 8}};
  EXPECT_EQ(refused(other.model, other.optimizer, other.ema, other.plateau, loader),
            "Snapshot: expected 4.batch_size to be 16, got 8.");
  EXPECT_NE(refused(other.model, other.optimizer, other.ema, other.plateau), "no error");
  EXPECT_NE(refused(other.model, other.ema, other.optimizer, other.plateau, other.loader), "no error");
  Sequential same = TrainingRun::make_model(rng);
  SGD sgd{same.parameters()};
  EXPECT_EQ(refused(same, sgd, other.ema, other.plateau, other.loader),
            "Snapshot: expected 1.type to be AdamW, got SGD.");
}

}  // namespace
}  // namespace minnow
