// A pass over a loader that is begun while another pass runs: it is complete, and the outer pass does not change.

#include <minnow/core/snapshot.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr std::size_t samples = 10;
using Batches = std::vector<std::pair<Tensor, Tensor>>;  // inputs and targets

/// Sample i is (i) with target i. Loaders add noise to the inputs, so that they depend on the epoch.
const TensorDataset& data() {
  static const TensorDataset dataset = [] {
    Tensor inputs = zeros({samples, 1}), targets = zeros({samples});
    for (std::size_t i = 0; i < samples; ++i) inputs(i, 0) = targets(i) = static_cast<Real>(i);
    return TensorDataset(inputs, targets);
  }();
  return dataset;
}

void add_noise(std::span<Real> sample, const Shape&, Rng& rng) { sample[0] += static_cast<Real>(rng.normal()); }

class NestedPasses : public ::testing::TestWithParam<std::size_t> {  // worker threads
 protected:
  std::unique_ptr<DataLoader> make_loader() const {
    return std::make_unique<DataLoader>(data(), DataLoaderOptions{.batch_size = 4,
                                                                  .shuffle = Rng{3},
                                                                  .prefetch = GetParam() > 0,
                                                                  .workers = GetParam() > 0 ? GetParam() : 1,
                                                                  .augment = Augmentation{Rng{4}, {add_noise}}});
  }
};

Batches read_pass(DataLoader& loader) {
  Batches batches;
  for (const Batch& batch : loader) batches.emplace_back(batch.inputs, batch.targets);
  return batches;
}

std::vector<Batches> read_epochs(DataLoader& loader, std::size_t count) {
  std::vector<Batches> epochs;
  for (std::size_t i = 0; i < count; ++i) epochs.push_back(read_pass(loader));
  return epochs;
}

TEST_P(NestedPasses, AreCompleteAndLeaveTheOuterPassAlone) {
  const auto expected = read_epochs(*make_loader(), 3);
  ASSERT_EQ(expected[0].size(), 3u);
  ASSERT_NE(expected[0], expected[1]);
  const auto loader = make_loader();
  for (std::size_t epoch = 0; epoch < 3; ++epoch) {
    Batches outer;
    for (const Batch& batch : *loader) {
      EXPECT_EQ(read_pass(*loader), expected[epoch]);  // the epoch of the outer pass, in the same order
      for (const Batch& middle : *loader) {
        EXPECT_EQ(read_pass(*loader), expected[epoch]);
        if (middle.size() == 2) break;
      }
      EXPECT_EQ(loader->epoch(), epoch + 1);
      outer.emplace_back(batch.inputs, batch.targets);
    }
    EXPECT_EQ(outer, expected[epoch]);
  }
}

TEST_P(NestedPasses, APassAfterABrokenLoopIsAnEpoch) {
  const auto expected = read_epochs(*make_loader(), 3);
  const auto loader = make_loader();
  for (const Batch& outer : *loader) {
    for (const Batch& inner : *loader)
      if (inner.size() > 0) break;
    if (outer.size() > 0) break;
  }
  EXPECT_EQ(read_pass(*loader), expected[1]);
  EXPECT_EQ(read_pass(*loader), expected[2]);
  EXPECT_EQ(loader->epoch(), 3u);
}

TEST_P(NestedPasses, ASnapshotStoresTheOutermostPass) {
  const auto expected = read_epochs(*make_loader(), 2);
  const auto loader = make_loader(), restored = make_loader();
  std::optional<Snapshot> snapshot;
  std::size_t batches = 0;
  for (const Batch& outer : *loader) {
    if (outer.size() > 0 && ++batches < 2) continue;
    for (const Batch& inner : *loader)
      if (inner.size() == 2) snapshot.emplace(*loader);  // in the last batch of the nested pass
    break;
  }
  snapshot->restore(*restored);
  EXPECT_EQ(read_pass(*restored), Batches(expected[0].begin() + 2, expected[0].end()));
  EXPECT_EQ(read_pass(*restored), expected[1]);
}

TEST_P(NestedPasses, ARestoreEndsAllPasses) {
  const auto expected = read_epochs(*make_loader(), 2);
  const auto loader = make_loader();
  const Snapshot start(*loader);
  const auto outer = loader->begin(), inner = loader->begin();
  start.restore(*loader);
  EXPECT_TRUE(outer == loader->end());
  EXPECT_TRUE(inner == loader->end());
  EXPECT_EQ(read_epochs(*loader, 2), expected);
}

// The nested pass reads the streams that were restored, although its buffers are older.
TEST_P(NestedPasses, ReadTheRestoredStreams) {
  const auto expected = read_epochs(*make_loader(), 1);
  const Snapshot start(*make_loader());
  DataLoader other{data(), {.batch_size = 4, .shuffle = Rng{5}, .augment = Augmentation{Rng{6}, {add_noise}}}};
  for (const Batch& batch : other) {
    EXPECT_GT(batch.size(), 0u);
    EXPECT_NE(read_pass(other), expected[0]);
  }
  start.restore(other);
  for (const Batch& batch : other) {
    EXPECT_GT(batch.size(), 0u);
    EXPECT_EQ(read_pass(other), expected[0]);
  }
}

TEST_P(NestedPasses, AnIteratorOutlivesItsLoader) {
  const auto expected = read_epochs(*make_loader(), 1)[0];
  auto loader = make_loader();
  auto outer = loader->begin(), copy = outer, inner = loader->begin();
  loader.reset();
  ++copy;  // copies share the pass
  Batches rest;
  for (; outer != std::default_sentinel; ++outer) rest.emplace_back(outer->inputs, outer->targets);
  EXPECT_EQ(rest, Batches(expected.begin() + 1, expected.end()));
  EXPECT_TRUE(copy == std::default_sentinel);
  EXPECT_EQ(inner->inputs, expected[0].first);
}

// A pass at its end no longer runs, even if its iterator exists.
TEST_P(NestedPasses, APassBesideAFinishedPassIsAnEpoch) {
  const auto expected = read_epochs(*make_loader(), 3);
  const auto loader = make_loader();
  auto finished = loader->begin();
  while (finished != loader->end()) ++finished;
  EXPECT_EQ(read_pass(*loader), expected[1]);
  EXPECT_TRUE(finished == loader->end());
  EXPECT_EQ(read_pass(*loader), expected[2]);
}

INSTANTIATE_TEST_SUITE_P(Workers, NestedPasses, ::testing::Values(0, 1, 2));

}  // namespace
}  // namespace minnow
