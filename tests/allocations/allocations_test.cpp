// A second epoch of models and loaders must not allocate.

#include <minnow/minnow.hpp>

#include <tests/allocations/count_allocations.hpp>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <new>
#include <tuple>

#include <gtest/gtest.h>

// In libstdc++ every operator new calls malloc or aligned_alloc, which are counted; the first test checks it.

namespace minnow {
namespace {

TEST(Counter, CountsEveryKindOfAllocation) {
  void* volatile p = nullptr;
  const auto is_counted = [&](const std::function<void()>& allocate) { return count_during(allocate) >= 1; };
  EXPECT_TRUE(is_counted([&] { p = std::malloc(100); }));
  EXPECT_TRUE(is_counted([&] { p = std::realloc(p, 100000); }));
  std::free(p);
  EXPECT_TRUE(is_counted([&] { p = std::calloc(10, 10); }));
  std::free(p);
  EXPECT_TRUE(is_counted([&] { p = std::aligned_alloc(64, 640); }));
  std::free(p);
  EXPECT_TRUE(is_counted([&] {
    void* q = nullptr;
    EXPECT_EQ(posix_memalign(&q, 64, 640), 0);
    p = q;
  }));
  std::free(p);
  EXPECT_TRUE(is_counted([&] { p = ::operator new(100); }));
  ::operator delete(p);
  EXPECT_TRUE(is_counted([&] { p = ::operator new (100, std::align_val_t{64}); }));
  ::operator delete (p, std::align_val_t{64});
  EXPECT_TRUE(is_counted([] { Tensor tensor = zeros({3, 3}); }));
  EXPECT_EQ(count_during([] {}), 0u);
}

/// Runs one epoch and a validation pass.
void run_epoch(Sequential& model, CrossEntropyLoss& loss, Optimizer& optimizer, DataLoader& loader,
               DataLoader& validation) {
  for (const Batch& batch : loader) {
    loss.forward(model.forward(batch.inputs), batch.targets);
    model.backward(loss.backward());
    optimizer.step();
  }
  for (const Batch& batch : validation) loss.forward(model.predict(batch.inputs), batch.targets);
}

class Training : public ::testing::TestWithParam<std::tuple<bool, int>> {};  // prefetch, threads

TEST_P(Training, DoesNotAllocateInTheSecondEpoch) {
  const auto [prefetch, threads] = GetParam();
  set_threads(threads);
  Rng rng{1};
  const TensorDataset train = random_dataset(200, rng.split()), held_out = random_dataset(90, rng.split());
  Sequential model{Flatten(), Dense(192, 64, rng), ReLU(),    Dense(64, 32, rng),
                   Tanh(),    Dense(32, 16, rng),  Sigmoid(), Dense(16, 4, rng)};
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.01, .momentum = 0.9, .weight_decay = 1e-4, .nesterov = true}};
  DataLoader loader{train, {.batch_size = 64, .shuffle = rng.split(), .prefetch = prefetch}};  // 64, 64, 64, 8
  DataLoader validation{held_out, {.batch_size = 40, .prefetch = prefetch}};                   // 40, 40, 10
  run_epoch(model, loss, sgd, loader, validation);
  EXPECT_EQ(count_during([&] { run_epoch(model, loss, sgd, loader, validation); }), 0u);
  if (threads == 1) {
    EXPECT_EQ(openblas_allocations, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(PrefetchAndThreads, Training, ::testing::Combine(::testing::Bool(), ::testing::Values(1, 2)));

class Convolutions : public ::testing::TestWithParam<std::tuple<std::size_t, int>> {};  // workers, threads

TEST_P(Convolutions, DoNotAllocateInTheSecondEpoch) {
  const auto [workers, threads] = GetParam();
  set_threads(threads);
  Rng rng{1};
  const TensorDataset train = random_dataset(200, rng.split()), held_out = random_dataset(90, rng.split());
  Sequential model{Conv2d(3, 12, 3, rng, {.padding = 1, .bias = false}),
                   BatchNorm2d(12),
                   ReLU(),
                   MaxPool2d(2),
                   Residual(Sequential{Conv2d(12, 12, 3, rng, {.padding = Padding2d::same()}), ReLU()}),
                   Conv2d(12, 8, 3, rng, {.stride = 2, .padding = 1, .groups = 2}),
                   GELU(),
                   AvgPool2d(2, {.stride = 1}),
                   MaxPool2d(1),
                   GlobalAvgPool2d(),
                   Dropout(0.2, rng),
                   Dense(8, 4, rng)};
  CrossEntropyLoss loss;
  AdamW adamw{no_decay_on_biases_and_norms(model.parameters(), AdamWOptions{.weight_decay = 0.1})};
  adamw.set_schedule(one_cycle({.total_steps = 100}));
  DataLoader loader{train,
                    {.batch_size = 64,
                     .shuffle = rng.split(),
                     .prefetch = workers > 0,
                     .workers = std::max<std::size_t>(workers, 1),
                     .augment = Augmentation{rng.split(), {augment::Flip(), augment::ShiftedCrop(1)}}}};
  DataLoader validation{held_out, {.batch_size = 40}};
  run_epoch(model, loss, adamw, loader, validation);
  EXPECT_EQ(count_during([&] { run_epoch(model, loss, adamw, loader, validation); }), 0u);
}

INSTANTIATE_TEST_SUITE_P(WorkersAndThreads, Convolutions,
                         ::testing::Combine(::testing::Values(0, 1, 2), ::testing::Values(1, 2)));

TEST(NormsAndBranches, DoNotAllocateInTheSecondEpoch) {
  Rng rng{1};
  const TensorDataset train = random_dataset(200, rng.split()), held_out = random_dataset(90, rng.split());
  Sequential model{BatchNorm2d(3),
                   Residual(Sequential{BatchNorm2d(3), ReLU()}),
                   Concat{Sequential{BatchNorm2d(3), Tanh()}, BatchNorm2d(3)},
                   Flatten(),
                   Dense(384, 16, rng),
                   BatchNorm1d(16),
                   ReLU(),
                   Residual(Sequential{Dense(16, 8, rng), Tanh()}, Dense(16, 8, rng)),
                   Dense(8, 4, rng)};
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.01}};
  DataLoader loader{train, {.batch_size = 64, .shuffle = rng.split()}}, validation{held_out, {.batch_size = 40}};
  run_epoch(model, loss, sgd, loader, validation);
  EXPECT_EQ(count_during([&] { run_epoch(model, loss, sgd, loader, validation); }), 0u);
}

TEST(DataLoader, AugmentsWithoutAllocationsInTheSecondEpoch) {
  const TensorDataset dataset = random_dataset(200, Rng{1});
  const Augmentation augment{
      Rng{2},
      {augment::Flip(), augment::ShiftedCrop(2, {.reflect = true}), augment::Rotation(10),
       augment::ColourJitter({.brightness = 0.4, .contrast = 0.4, .saturation = 0.4}), augment::Cutout(3)},
      Mixup{.classes = 4}};
  for (const std::size_t workers : {0u, 1u, 2u, 3u}) {
    DataLoader loader{dataset,
                      {.batch_size = 64,
                       .shuffle = Rng{3},
                       .prefetch = workers > 0,
                       .workers = std::max<std::size_t>(workers, 1),
                       .augment = augment,
                       .normalize = Normalization(dataset.inputs())}};
    std::size_t samples = 0;
    const auto epoch = [&] {
      for (const Batch& batch : loader) samples += batch.size();
    };
    epoch();
    EXPECT_EQ(count_during(epoch), 0u) << workers << " workers";
    EXPECT_EQ(samples, 400u);
  }
}

TEST(DataLoader, ReadsASubsetOfASubsetWithoutAllocationsInTheSecondEpoch) {
  const TensorDataset dataset = random_dataset(200, Rng{1});
  const auto [part, rest] = random_split(static_cast<const Dataset&>(dataset), 0.9, Rng{2});
  const Subset inner = random_split(part, 0.5, Rng{3}).first;
  for (const std::size_t workers : {0u, 1u, 2u}) {
    DataLoader loader{
        inner,
        {.batch_size = 16, .shuffle = Rng{3}, .prefetch = workers > 0, .workers = std::max<std::size_t>(workers, 1)}};
    std::size_t samples = 0;
    const auto epoch = [&] {
      for (const Batch& batch : loader) samples += batch.size();
    };
    epoch();
    EXPECT_EQ(count_during(epoch), 0u) << workers << " workers";
    EXPECT_EQ(samples, 180u);
  }
}

TEST(DataLoader, DrawsAndReadsRowsOfATableWithoutAllocationsInTheSecondEpoch) {
  std::string text = "a,b,kind\n";
  for (int i = 0; i < 100; ++i) text += std::to_string(i) + (i % 3 == 0 ? ",\"x\",p\n" : ",y,q\n");
  const auto table = datasets::Table::from_text(text);
  const datasets::TableDataset rows(table, datasets::TableEncoder(table));
  DataLoader loader{rows, {.batch_size = 16, .sampler = WeightedSampler{Rng{3}, balanced_sample_weights(rows)}}};
  std::size_t samples = 0;
  const auto epoch = [&] {
    for (const Batch& batch : loader) samples += batch.size();
  };
  epoch();
  EXPECT_EQ(count_during(epoch), 0u);
  EXPECT_EQ(samples, 200u);
}

TEST(DataLoader, RunsNestedPassesWithoutAllocationsInTheSecondEpoch) {
  const TensorDataset dataset = random_dataset(50, Rng{1});
  for (const std::size_t workers : {0u, 2u}) {
    DataLoader loader{dataset,
                      {.batch_size = 8,
                       .shuffle = Rng{3},
                       .prefetch = workers > 0,
                       .workers = std::max<std::size_t>(workers, 1),
                       .augment = Augmentation{Rng{2}, {augment::Flip()}}}};
    std::size_t samples = 0;
    const auto epoch = [&] {
      for (const Batch& outer : loader)
        if (outer.size() > 0)
          for (const Batch& inner : loader) samples += inner.size();
    };
    epoch();
    EXPECT_EQ(count_during(epoch), 0u) << workers << " workers";
    EXPECT_EQ(samples, 2u * 7 * 50);
  }
}

TEST(Layers, DoNotAllocateAfterTheLargestBatch) {
  Rng rng{1};
  Sequential model{Embedding(5, 8, rng), LayerNorm(8),      GELU(), Dropout(0.5, rng), Reshape({-1}), Dense(32, 8, rng),
                   LeakyReLU(),          Dropout(0.2, rng), SiLU(), Dense(8, 3, rng),  LogSoftmax()};
  NLLLoss loss;
  const Tensor x = zeros({300, 4}), part = zeros({7, 4}), labels = zeros({300}), part_labels = zeros({7});
  const auto train = [&] {
    for (const auto& [inputs, targets] : {std::pair{&x, &labels}, std::pair{&part, &part_labels}}) {
      loss.forward(model.forward(*inputs), *targets);
      model.backward(loss.backward());
      model.predict(*inputs);
    }
  };
  train();
  EXPECT_EQ(count_during(train), 0u);
}

}  // namespace
}  // namespace minnow
