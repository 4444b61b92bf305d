#include <minnow/core/error.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/lazy_dataset.hpp>
#include <minnow/datasets/random_split.hpp>
#include <minnow/datasets/subset.hpp>

#include <tests/support/message.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using Indices = std::vector<std::size_t>;

static_assert(std::is_constructible_v<Subset, const Dataset&, Indices>);
static_assert(!std::is_constructible_v<Subset, LazyDataset, Indices>);  // a temporary would not outlive the subset

/// A dataset of n samples: input (i, -i), target label(i), and weight i / 2.
class Numbered : public Dataset {
 public:
  Numbered(std::size_t n, Real (*label)(std::size_t)) : size_(n), label_(label) {}
  std::size_t size() const override { return size_; }
  Shape input_shape() const override { return {2}; }
  Shape target_shape() const override { return {1}; }
  bool has_weights() const override { return true; }
  void read(std::span<const std::size_t> indices, Batch& batch) const override {
    for (std::size_t r = 0; r < indices.size(); ++r) {
      batch.input(r)[0] = static_cast<Real>(indices[r]);
      batch.input(r)[1] = -static_cast<Real>(indices[r]);
      batch.target(r)[0] = label_(indices[r]);
      (*batch.weights)(r) = static_cast<Real>(indices[r]) / 2;
    }
  }

 private:
  std::size_t size_;
  Real (*label_)(std::size_t);
};

Real index_of(std::size_t i) { return static_cast<Real>(i); }

Batch read(const Dataset& dataset, const Indices& indices) {
  Batch batch;
  resize(batch, dataset, indices.size());
  dataset.read(indices, batch);
  return batch;
}

/// Returns the targets (N, 1).
Tensor column(const std::vector<Real>& values) { return from(values, {values.size(), 1}); }

TEST(Subset, ReadsTheSelectedSamples) {
  const Numbered data(10, index_of);
  const Subset part(data, {7, 2, 7, 0});
  EXPECT_EQ(part.size(), 4U);
  EXPECT_EQ(part.input_shape(), Shape{2});
  EXPECT_EQ(part.target_shape(), Shape{1});
  const Batch batch = read(part, {3, 1, 2});
  EXPECT_EQ(batch.inputs, (Tensor{{0, 0}, {2, -2}, {7, -7}}));
  EXPECT_EQ(batch.targets, column({0, 2, 7}));
  EXPECT_EQ(*batch.weights, (Tensor{0, 1, Real(3.5)}));
}

TEST(Subset, OfASubsetReadsTheSelectedSamples) {
  const Numbered data(10, index_of);
  const Subset part(data, {9, 8, 7, 6, 5}), inner(part, {4, 0, 2}), innermost(inner, {2, 1});
  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(read(inner, {0, 1, 2}).targets, column({5, 9, 7}));
    EXPECT_EQ(read(innermost, {1, 0, 1}).targets, column({9, 7, 9}));
  }
}

TEST(Subset, RejectsAnIndexOutOfRange) {
  const Numbered data(10, index_of);
  EXPECT_EQ(message<ValueError>([&] { Subset(data, {3, 10}); }), "Subset: expected indices below 10, got 10.");
}

TEST(Subset, IsLoadedOnWorkerThreads) {
  const Numbered data(100, index_of);
  Indices indices(50);
  for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = 99 - 2 * i;
  const Subset part(data, indices), inner(part, {49, 10, 20, 30, 40});
  for (const Subset* subset : {&part, &inner}) {
    std::vector<Real> seen, expected;
    DataLoader loader{*subset, {.batch_size = 3, .prefetch = true, .workers = 3}};
    for (const Batch& batch : loader) seen.insert(seen.end(), batch.targets.begin(), batch.targets.end());
    for (std::size_t i = 0; i < subset->size(); ++i)
      expected.push_back(static_cast<Real>(subset == &part ? indices[i] : indices[inner.indices()[i]]));
    EXPECT_EQ(seen, expected);
  }
}

TEST(RandomSplit, OfAnyDatasetSplitsAsOfATensorDataset) {
  const Numbered data(101, index_of);
  Tensor inputs = zeros({101, 1});
  for (std::size_t i = 0; i < 101; ++i) inputs(i, 0) = static_cast<Real>(i);
  const TensorDataset tensors(inputs, zeros({101}));
  const auto [part, rest] = random_split(data, 0.3, Rng{1});
  const auto [copied, copied_rest] = random_split(tensors, 0.3, Rng{1});
  ASSERT_EQ(part.size(), 30U);
  ASSERT_EQ(rest.size(), 71U);
  for (std::size_t i = 0; i < 30; ++i) EXPECT_EQ(static_cast<Real>(part.indices()[i]), copied.inputs()(i, 0));
  for (std::size_t i = 0; i < 71; ++i) EXPECT_EQ(static_cast<Real>(rest.indices()[i]), copied_rest.inputs()(i, 0));
  Indices all = part.indices();
  all.insert(all.end(), rest.indices().begin(), rest.indices().end());
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < 101; ++i) EXPECT_EQ(all[i], i);
  EXPECT_THROW(random_split(data, 0.001, Rng{1}), ValueError);
}

/// Returns the number of samples of each class.
std::map<Real, std::size_t> counts(const Subset& part, Real (*label)(std::size_t)) {
  std::map<Real, std::size_t> counts;
  for (const std::size_t i : part.indices()) ++counts[label(i)];
  return counts;
}

TEST(RandomSplit, StratifiedSplitsEachClassInTheSameProportion) {
  // 1000 samples: 900 of class -1, 80 of class 0.5 and 20 of class 3.
  const auto label = [](std::size_t i) { return i % 50 == 7 ? Real{3} : i % 25 < 2 ? Real(0.5) : Real{-1}; };
  const Numbered data(1000, label);
  const auto [part, rest] = random_split(data, 0.2, Rng{1}, {.stratified = true});
  EXPECT_EQ(counts(part, label), (std::map<Real, std::size_t>{{-1, 180}, {Real(0.5), 16}, {3, 4}}));
  EXPECT_EQ(counts(rest, label), (std::map<Real, std::size_t>{{-1, 720}, {Real(0.5), 64}, {3, 16}}));
  EXPECT_NE(counts(random_split(data, 0.2, Rng{1}).first, label), counts(part, label));
  EXPECT_EQ(random_split(data, 0.2, Rng{1}, {.stratified = true}).first.indices(), part.indices());
  EXPECT_NE(random_split(data, 0.2, Rng{2}, {.stratified = true}).first.indices(), part.indices());
}

TEST(RandomSplit, StratifiedRoundsEachClassUpOrDownAndKeepsTheTotal) {
  const auto label = [](std::size_t i) { return static_cast<Real>(i % 7); };  // 14 or 15 samples of each class
  const Numbered data(103, label);
  for (const double fraction : {0.05, 0.1, 0.25, 0.5, 0.73, 0.95}) {
    SCOPED_TRACE(fraction);
    const auto [part, rest] = random_split(data, fraction, Rng{1}, {.stratified = true});
    EXPECT_EQ(part.size(), static_cast<std::size_t>(std::round(fraction * 103)));
    EXPECT_EQ(part.size() + rest.size(), 103U);
    std::map<Real, std::size_t> of_part = counts(part, label);
    for (std::size_t c = 0; c < 7; ++c)
      EXPECT_LT(std::abs(static_cast<double>(of_part[static_cast<Real>(c)]) - fraction * (c < 5 ? 15 : 14)), 1);
  }
}

TEST(RandomSplit, StratifiedSplitsADatasetInMemory) {
  Tensor labels = zeros({40});
  for (std::size_t i = 0; i < 4; ++i) labels(10 * i) = 1;
  const auto [part, rest] =
      random_split(TensorDataset(zeros({40, 3}), labels, {"no", "yes"}), 0.25, Rng{1}, {.stratified = true});
  const auto ones = [](const TensorDataset& data) {
    return std::count(data.targets().begin(), data.targets().end(), 1);
  };
  EXPECT_EQ(part.size(), 10U);
  EXPECT_EQ(ones(part), 1);
  EXPECT_EQ(ones(rest), 3);
  EXPECT_EQ(part.class_names(), (std::vector<std::string>{"no", "yes"}));
}

TEST(RandomSplit, StratifiedRejectsATargetThatIsNotFinite) {
  const Numbered data(10, [](std::size_t i) { return i == 6 ? Real(NAN) : Real{0}; });
  EXPECT_EQ(message<ValueError>([&] { random_split(data, 0.5, Rng{1}, {.stratified = true}); }),
            "random_split: expected finite targets, got nan in sample 6.");
}

}  // namespace
}  // namespace minnow
