#include <minnow/core/error.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/lazy_dataset.hpp>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

using namespace minnow;

namespace {

/// Returns element k of sample `index`: random, dependent only on index and k.
Real value_of(std::size_t index, std::size_t k) { return static_cast<Real>(Rng{3}.stream(index, k).uniform()); }

Real make(std::size_t index, std::span<Real> input) {
  for (std::size_t k = 0; k < input.size(); ++k) input[k] = value_of(index, k);
  return static_cast<Real>(index % 4);
}

Batch read(const Dataset& dataset, const std::vector<std::size_t>& indices) {
  Batch batch;
  resize(batch.inputs, {indices.size(), 2, 3});
  resize(batch.targets, {indices.size()});
  dataset.read(indices, batch);
  return batch;
}

void expect_samples(const Batch& batch, const std::vector<std::size_t>& indices) {
  for (std::size_t i = 0; i < indices.size(); ++i) {
    EXPECT_EQ(batch.targets(i), static_cast<Real>(indices[i] % 4));
    for (std::size_t k = 0; k < 6; ++k) ASSERT_EQ(batch.inputs.data()[i * 6 + k], value_of(indices[i], k));
  }
}

TEST(LazyDataset, MakesEachSampleOnceOnFirstRead) {
  std::vector<int> made(10);
  const LazyDataset dataset(10, {2, 3}, [&](std::size_t index, std::span<Real> input) {
    ++made[index];
    return make(index, input);
  });
  EXPECT_EQ(dataset.size(), 10U);
  EXPECT_EQ(dataset.input_shape(), (Shape{2, 3}));
  EXPECT_EQ(dataset.target_shape(), Shape{});
  EXPECT_EQ(made, std::vector<int>(10));
  for (int time = 0; time < 2; ++time) {
    expect_samples(read(dataset, {7, 2, 7}), {7, 2, 7});
    EXPECT_EQ(made, (std::vector<int>{0, 0, 1, 0, 0, 0, 0, 1, 0, 0}));
  }
}

TEST(LazyDataset, ConcurrentReadersGetTheSameSamples) {
  constexpr std::size_t samples = 200;
  std::atomic<std::size_t> made{0};
  const LazyDataset dataset(samples, {2, 3}, [&](std::size_t index, std::span<Real> input) {
    ++made;
    return make(index, input);
  });
  std::vector<std::vector<std::size_t>> orders(4, std::vector<std::size_t>(samples));
  for (std::size_t t = 0; t < orders.size(); ++t) {
    std::iota(orders[t].begin(), orders[t].end(), 0);
    if (t > 1) Rng{t}.shuffle(orders[t]);  // two threads in the same order, two in other orders
  }
  std::vector<Batch> batches(orders.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < orders.size(); ++t)
      threads.emplace_back([&, t] { batches[t] = read(dataset, orders[t]); });
  }
  for (std::size_t t = 0; t < orders.size(); ++t) expect_samples(batches[t], orders[t]);
  const std::size_t calls = made;
  EXPECT_GE(calls, samples);
  expect_samples(read(dataset, orders[3]), orders[3]);
  EXPECT_EQ(made, calls);
}

TEST(LazyDataset, PrefetchingDoesNotChangeSamples) {
  std::vector<Tensor> seen;
  for (const bool prefetch : {false, true}) {
    const LazyDataset dataset(50, {2, 3}, make);
    DataLoader loader{dataset, {.batch_size = 8, .shuffle = Rng{5}, .prefetch = prefetch}};
    for (int epoch = 0; epoch < 2; ++epoch)
      for (const Batch& batch : loader) {
        seen.push_back(batch.inputs);
        seen.push_back(batch.targets);
      }
  }
  const std::size_t half = seen.size() / 2;
  EXPECT_EQ(half, 28U);
  for (std::size_t i = 0; i < half; ++i) EXPECT_EQ(seen[i], seen[half + i]);
}

TEST(LazyDataset, RetriesAfterAnError) {
  bool broken = true;
  const LazyDataset dataset(3, {2, 3}, [&](std::size_t index, std::span<Real> input) {
    if (broken) throw std::runtime_error("broken");
    return make(index, input);
  });
  EXPECT_THROW(read(dataset, {1}), std::runtime_error);
  broken = false;
  expect_samples(read(dataset, {1}), {1});
}

TEST(LazyDataset, AcceptsSizeZeroAndRejectsAnEmptyFunction) {
  const LazyDataset dataset(0, {2, 3}, make);
  EXPECT_EQ(dataset.size(), 0U);
  EXPECT_EQ(read(dataset, {}).size(), 0U);
  EXPECT_THROW(LazyDataset(3, {2, 3}, nullptr), ValueError);
}

}  // namespace
