#include <minnow/core/error.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// Sample i is (i, i + 0.5) with target i.
TensorDataset counting(std::size_t n) {
  Tensor inputs = zeros({n, 2}), targets = zeros({n});
  for (std::size_t i = 0; i < n; ++i) {
    inputs(i, 0) = static_cast<Real>(i);
    inputs(i, 1) = static_cast<Real>(i) + Real(0.5);
    targets(i) = static_cast<Real>(i);
  }
  return {std::move(inputs), std::move(targets)};
}

std::vector<std::vector<int>> one_epoch(DataLoader& loader) {
  std::vector<std::vector<int>> batches;
  for (const Batch& batch : loader) {
    EXPECT_EQ(batch.inputs.shape(), (Shape{batch.size(), 2}));
    EXPECT_EQ(batch.targets.shape(), (Shape{batch.size()}));
    std::vector<int>& indices = batches.emplace_back();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      EXPECT_EQ(batch.inputs(i, 0), batch.targets(i));
      EXPECT_EQ(static_cast<Real>(batch.indices.at(i)), batch.targets(i));
      EXPECT_EQ(batch.inputs(i, 1), batch.targets(i) + Real(0.5));
      indices.push_back(static_cast<int>(batch.targets(i)));
    }
  }
  return batches;
}

std::vector<int> flat(const std::vector<std::vector<int>>& batches) {
  std::vector<int> all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

class Loading : public ::testing::TestWithParam<bool> {};  // prefetch

TEST_P(Loading, KeepsTheOrderAndEndsWithASmallerBatch) {
  const TensorDataset data = counting(10);
  DataLoader loader{data, {.batch_size = 4, .prefetch = GetParam()}};
  EXPECT_EQ(loader.size(), 3u);
  EXPECT_EQ(loader.num_samples(), 10u);
  for (int epoch = 0; epoch < 3; ++epoch)
    EXPECT_EQ(one_epoch(loader), (std::vector<std::vector<int>>{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9}}));
  EXPECT_EQ(loader.epoch(), 3u);
}

TEST_P(Loading, DropsTheLastBatchIfSet) {
  const TensorDataset data = counting(10);
  DataLoader loader{data, {.batch_size = 4, .drop_last = true, .prefetch = GetParam()}};
  EXPECT_EQ(loader.num_samples(), 8u);
  EXPECT_EQ(one_epoch(loader), (std::vector<std::vector<int>>{{0, 1, 2, 3}, {4, 5, 6, 7}}));
}

TEST_P(Loading, ShufflesEachEpochAndVisitsEverySample) {
  const TensorDataset data = counting(100);
  DataLoader loader{data, {.batch_size = 7, .shuffle = Rng{3}, .prefetch = GetParam()}};
  std::vector<int> first = flat(one_epoch(loader)), second = flat(one_epoch(loader)), sorted(100);
  EXPECT_NE(first, second);
  std::iota(sorted.begin(), sorted.end(), 0);
  EXPECT_NE(first, sorted);
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  EXPECT_EQ(first, sorted);
  EXPECT_EQ(second, sorted);
}

TEST_P(Loading, OrderDependsOnlyOnTheEpochNumber) {
  const TensorDataset data = counting(50);
  DataLoader whole{data, {.batch_size = 8, .shuffle = Rng{3}}};
  DataLoader interrupted{data, {.batch_size = 8, .shuffle = Rng{3}, .prefetch = GetParam()}};
  one_epoch(whole);
  const auto second = one_epoch(whole);
  for (const Batch& batch : interrupted)
    if (batch.targets(0) >= 0) break;
  EXPECT_EQ(one_epoch(interrupted), second);
}

TEST_P(Loading, AcceptsAnEmptyDatasetAndAnOversizedBatch) {
  const TensorDataset none = counting(0), few = counting(3);
  DataLoader empty{none, {.batch_size = 4, .prefetch = GetParam()}},
      large{few, {.batch_size = 64, .prefetch = GetParam()}};
  EXPECT_TRUE(one_epoch(empty).empty());
  EXPECT_EQ(one_epoch(large), (std::vector<std::vector<int>>{{0, 1, 2}}));
}

class Broken : public Dataset {
 public:
  std::size_t size() const override { return 10; }
  Shape input_shape() const override { return {2}; }
  Shape target_shape() const override { return {}; }
  void read(std::span<const std::size_t> indices, Batch&) const override {
    if (indices[0] >= 4) throw DataError("sample 4 is broken");
  }
};

TEST_P(Loading, RethrowsReadErrors) {
  const Broken data;
  DataLoader loader{data, {.batch_size = 4, .prefetch = GetParam()}};
  for (int epoch = 0; epoch < 2; ++epoch) {
    std::size_t batches = 0;
    EXPECT_THROW(
        {
          for (const Batch& batch : loader) batches += batch.size() > 0;
        },
        DataError);
    EXPECT_EQ(batches, 1u);
  }
}

TEST_P(Loading, DiscardsErrorsOfAnUnfinishedEpoch) {
  const Broken data;
  DataLoader loader{data, {.batch_size = 4, .prefetch = GetParam()}};
  for (const Batch& batch : loader) {
    EXPECT_EQ(batch.size(), 4u);
    break;  // a worker thread may be reading the broken batch
  }
  EXPECT_NO_THROW(loader.begin());
}

INSTANTIATE_TEST_SUITE_P(Prefetch, Loading, ::testing::Bool());

TEST(DataLoader, RejectsBatchSizeZero) {
  const TensorDataset data = counting(3);
  EXPECT_THROW((DataLoader{data, {.batch_size = 0}}), ValueError);
}

TEST(DataLoader, ReadsSampleWeights) {
  const TensorDataset weighted(Tensor{{0, 0}, {1, 1}, {2, 2}}, Tensor{0, 1, 0}, {"a", "b"}, Tensor{10, 11, 12});
  DataLoader loader{weighted, {.batch_size = 2, .shuffle = Rng{3}}};
  for (const Batch& batch : loader)
    for (std::size_t i = 0; i < batch.size(); ++i) EXPECT_EQ((*batch.weights)(i), 10 + batch.inputs(i, 0));
  const std::vector<std::size_t> some{2, 0};
  EXPECT_EQ(*weighted.subset(some).weights(), (Tensor{12, 10}));
  const TensorDataset plain(zeros({2, 1}), zeros({2}));
  DataLoader plain_loader{plain};
  for (const Batch& batch : plain_loader) EXPECT_FALSE(batch.weights);
}

}  // namespace
}  // namespace minnow
