#include <minnow/core/error.hpp>
#include <minnow/datasets/folds.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <tests/support/message.hpp>

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// 23 samples of classes 0, 1, 2: 11, 7 and 5 of them.
TensorDataset three_classes() {
  Tensor targets = zeros({23});
  for (std::size_t i = 0; i < 23; ++i) targets(i) = i % 2 == 0 && i < 14 ? Real(1) : i > 17 ? Real(2) : Real(0);
  return {zeros({23, 1}), std::move(targets)};
}

/// Each sample is in one test set, and in the training sets of all other folds.
void expect_partition(const std::vector<Fold>& folds, std::size_t size) {
  std::vector<std::size_t> tested(size), trained(size);
  for (const Fold& fold : folds) {
    EXPECT_TRUE(std::ranges::is_sorted(fold.test));
    EXPECT_TRUE(std::ranges::is_sorted(fold.train));
    for (const std::size_t i : fold.test) ++tested.at(i);
    for (const std::size_t i : fold.train) ++trained.at(i);
    EXPECT_EQ(fold.test.size() + fold.train.size(), size);
  }
  EXPECT_EQ(tested, std::vector<std::size_t>(size, 1));
  EXPECT_EQ(trained, std::vector<std::size_t>(size, folds.size() - 1));
}

TEST(Folds, DivideTheSamplesIntoSetsWhoseSizesDifferByAtMostOne) {
  const TensorDataset data = three_classes();
  const std::vector<Fold> folds = k_folds(data, 5, Rng{1});
  ASSERT_EQ(folds.size(), 5u);
  expect_partition(folds, 23);
  for (std::size_t f = 0; f < 5; ++f) EXPECT_EQ(folds[f].test.size(), f < 3 ? 5u : 4u);  // as scikit-learn's KFold
  EXPECT_NE(folds[0].test, k_folds(data, 5, Rng{2})[0].test);
  EXPECT_EQ(folds[4].test, k_folds(data, 5, Rng{1})[4].test);
  expect_partition(k_folds(data, 23, Rng{1}), 23);
}

TEST(Folds, StratifiedFoldsHaveTheSameShareOfEachClass) {
  const TensorDataset data = three_classes();
  const std::vector<Fold> folds = k_folds(data, 4, Rng{1}, {.stratified = true});
  expect_partition(folds, 23);
  for (const auto& [label, least] : std::vector<std::pair<Real, std::size_t>>{{0, 2}, {1, 1}, {2, 1}})
    for (const Fold& fold : folds) {
      const auto count = static_cast<std::size_t>(
          std::ranges::count_if(fold.test, [&, l = label](std::size_t i) { return data.targets()(i) == l; }));
      EXPECT_GE(count, least);
      EXPECT_LE(count, least + 1);
    }
  for (const Fold& fold : folds) EXPECT_GE(fold.test.size(), 5u);
  EXPECT_NE(folds[0].test, k_folds(data, 4, Rng{2}, {.stratified = true})[0].test);
}

TEST(Folds, RefuseTooFewSamples) {
  const TensorDataset data = three_classes();
  EXPECT_EQ(message<ValueError>([&] { k_folds(data, 1, Rng{1}); }),
            "k_folds: expected 2 to 23 folds of 23 samples, got 1.");
  EXPECT_EQ(message<ValueError>([&] { k_folds(data, 24, Rng{1}); }),
            "k_folds: expected 2 to 23 folds of 23 samples, got 24.");
  EXPECT_EQ(
      message<ValueError>([&] { k_folds(data, 6, Rng{1}, {.stratified = true}); }),
      "k_folds: expected at least 6 samples of each class, got 5 of class 2 (target 2). Use fewer folds, or do not "
      "stratify.");
}

}  // namespace
}  // namespace minnow
