#include <minnow/core/error.hpp>
#include <minnow/datasets/animals/animals.hpp>
#include <minnow/datasets/normalization.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TensorDataset small() { return {Tensor{{1, 2}, {3, 4}, {5, 6}}, Tensor{0, 1, 1}, {"no", "yes"}}; }

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(TensorDataset, TellsShapesAndTakesSubsets) {
  const TensorDataset data = small();
  EXPECT_EQ(data.size(), 3u);
  EXPECT_EQ(data.input_shape(), (Shape{2}));
  EXPECT_EQ(data.target_shape(), Shape{});
  const std::vector<std::size_t> indices{2, 0};
  const TensorDataset part = data.subset(indices);
  EXPECT_EQ(part.inputs(), (Tensor{{5, 6}, {1, 2}}));
  EXPECT_EQ(part.targets(), (Tensor{1, 0}));
  EXPECT_EQ(part.class_names(), data.class_names());
  const std::vector<std::size_t> beyond{3};
  EXPECT_THROW(data.subset(beyond), ValueError);
}

TEST(TensorDataset, RefusesWhatDoesNotFit) {
  EXPECT_EQ(message_of([] {
              TensorDataset(zeros({3, 2}), zeros({2}));
            }),
            "TensorDataset: expected inputs (N, ...) and targets (N, ...) of one N, got (3, 2) and (2).");
  EXPECT_EQ(message_of([] {
              TensorDataset(zeros({2, 2}), Tensor{0, 2}, {"a", "b"});
            }),
            "TensorDataset: expected class indices, whole numbers from 0 to 1, got 2 in row 1.");
  EXPECT_THROW(TensorDataset(zeros({2, 2}), Tensor{0, Real(0.5)}, {"a", "b"}), ValueError);
  EXPECT_THROW(TensorDataset(zeros({2, 2}), Tensor{0, Real(NAN)}, {"a", "b"}), ValueError);
}

TEST(RandomSplit, PartsTheSamplesBySeed) {
  Tensor inputs = zeros({100, 1}), targets = zeros({100});
  for (std::size_t i = 0; i < 100; ++i) inputs(i, 0) = static_cast<Real>(i);
  const TensorDataset data(inputs, targets);
  const auto [part, rest] = random_split(data, 0.3, Rng{1});
  EXPECT_EQ(part.size(), 30u);
  EXPECT_EQ(rest.size(), 70u);
  std::set<Real> seen(part.inputs().begin(), part.inputs().end());
  seen.insert(rest.inputs().begin(), rest.inputs().end());
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_EQ(random_split(data, 0.3, Rng{1}).first.inputs(), part.inputs());
  EXPECT_NE(random_split(data, 0.3, Rng{2}).first.inputs(), part.inputs());
  for (const double fraction : {0.0, 1.0, -1.0, 2.0, double{NAN}, 0.001})
    EXPECT_THROW(random_split(data, fraction, Rng{1}), ValueError);
}

TEST(Normalization, MakesEachChannelMeanZeroAndDeviationOne) {
  Tensor inputs = zeros({50, 2, 3, 3});
  Rng rng{5};
  for (std::size_t i = 0; i < 50; ++i)
    for (std::size_t k = 0; k < 9; ++k) {
      inputs(i, 0, k / 3, k % 3) = static_cast<Real>(3 + 0.25 * rng.normal());
      inputs(i, 1, k / 3, k % 3) = 7;  // constant
    }
  const Normalization normalization(inputs);
  EXPECT_NEAR(normalization.mean()[0], 3, 0.05);
  EXPECT_NEAR(normalization.deviation()[0], 0.25, 0.02);
  EXPECT_EQ(normalization.mean()[1], 7);
  EXPECT_EQ(normalization.deviation()[1], 1);
  std::vector<Real> sample(inputs.data() + 18, inputs.data() + 36);
  normalization.apply(sample);
  normalization.apply(inputs);
  EXPECT_TRUE(std::equal(sample.begin(), sample.end(), inputs.data() + 18));
  sample.pop_back();
  EXPECT_THROW(normalization.apply(sample), ShapeError);
  const Normalization again(inputs);
  EXPECT_NEAR(again.mean()[0], 0, 1e-6);
  EXPECT_NEAR(again.deviation()[0], 1, 1e-6);
  Tensor other = zeros({2, 3});
  EXPECT_THROW(normalization.apply(other), ShapeError);
  EXPECT_THROW(Normalization(zeros({0, 3})), ShapeError);
}

TEST(Animals, AreTheSameForTheSameSeedAndTakeTurns) {
  const auto [train, test] = datasets::animals({.size = 16, .train = 41, .test = 8}, Rng{1});
  const auto again = datasets::animals({.size = 16, .train = 41, .test = 8}, Rng{1});
  const auto other = datasets::animals({.size = 16, .train = 41, .test = 8}, Rng{2});
  EXPECT_EQ(train.inputs(), again.train.inputs());
  EXPECT_EQ(test.inputs(), again.test.inputs());
  EXPECT_NE(train.inputs(), other.train.inputs());
  EXPECT_EQ(train.inputs().shape(), (Shape{41, 3, 16, 16}));
  EXPECT_EQ(test.class_names(), (std::vector<std::string>{"dog", "cat", "horse", "cheetah"}));
  for (std::size_t i = 0; i < train.size(); ++i) EXPECT_EQ(train.targets()(i), static_cast<Real>(i % 4));
  for (const Real value : train.inputs()) EXPECT_TRUE(value >= -1 && value <= 1);
  EXPECT_THROW(datasets::animals({.size = 7}, Rng{1}), ValueError);
  EXPECT_THROW(datasets::animals({.train = 0}, Rng{1}), ValueError);
}

TEST(TensorDataset, RefusesWeightsThatDoNotFit) {
  const auto says = [](const Tensor& weights) {
    return message_of([&] { TensorDataset(zeros({2, 3}), zeros({2}), {}, weights); });
  };
  EXPECT_EQ(says(Tensor{1, 2, 3}), "TensorDataset: expected weights (2), one for each sample, got (3).");
  EXPECT_EQ(says(Tensor{1, -1}), "TensorDataset: expected weights that are finite and not negative, got -1 in row 1.");
}

}  // namespace
}  // namespace minnow
