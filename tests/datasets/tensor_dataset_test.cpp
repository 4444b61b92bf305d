#include <minnow/core/error.hpp>
#include <minnow/datasets/random_split.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

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

TEST(TensorDataset, ReturnsShapesAndSubsets) {
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

// The fingerprint of a dataset of at most 64 samples changes with any value. That of a larger dataset contains the
// first and the last sample.
TEST(Dataset, FingerprintDiffersForOtherData) {
  const auto fingerprint = [](std::size_t n, std::size_t changed_row, Real weight = 1) {
    Tensor inputs = zeros({n, 2}), targets = zeros({n}), weights = zeros({n});
    for (std::size_t i = 0; i < n; ++i) inputs(i, 0) = static_cast<Real>(i), weights(i) = 1;
    if (changed_row < n) inputs(changed_row, 1) = 1;
    weights(0) = weight;
    return TensorDataset(inputs, targets, {}, weights).fingerprint();
  };
  for (const std::size_t n : {1u, 2u, 64u}) {
    const std::string same = fingerprint(n, n);
    EXPECT_EQ(same.size(), 16u);
    EXPECT_EQ(same, fingerprint(n, n));
    for (std::size_t row = 0; row < n; ++row) EXPECT_NE(fingerprint(n, row), same) << row;
    EXPECT_NE(fingerprint(n, n, 2), same);
    EXPECT_NE(fingerprint(n + 1, n + 1), same);
  }
  EXPECT_NE(fingerprint(1000, 0), fingerprint(1000, 1000));
  EXPECT_NE(fingerprint(1000, 999), fingerprint(1000, 1000));
  const TensorDataset none(zeros({0, 2}), zeros({0}));
  EXPECT_EQ(none.fingerprint().size(), 16u);
}

TEST(TensorDataset, RejectsMismatchedShapesAndLabels) {
  EXPECT_EQ(message_of([] {
              TensorDataset(zeros({3, 2}), zeros({2}));
            }),
            "TensorDataset: expected inputs (N, ...) and targets (N, ...) with the same N, got (3, 2) and (2).");
  EXPECT_EQ(message_of([] {
              TensorDataset(zeros({2, 2}), Tensor{0, 2}, {"a", "b"});
            }),
            "TensorDataset: expected class indices, whole numbers from 0 to 1, got 2 in row 1.");
  EXPECT_EQ(message_of([] {
              TensorDataset(zeros({2, 2}), zeros({2, 2}), {"a", "b"});
            }),
            "TensorDataset: expected class indices (N) with class names, got (2, 2).");
  EXPECT_THROW(TensorDataset(zeros({2, 2}), Tensor{0, Real(0.5)}, {"a", "b"}), ValueError);
  EXPECT_THROW(TensorDataset(zeros({2, 2}), Tensor{0, Real(NAN)}, {"a", "b"}), ValueError);
}

TEST(RandomSplit, SplitsBySeed) {
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

TEST(TensorDataset, RejectsInvalidWeights) {
  const auto error_of = [](const Tensor& weights) {
    return message_of([&] { TensorDataset(zeros({2, 3}), zeros({2}), {}, weights); });
  };
  EXPECT_EQ(error_of(Tensor{1, 2, 3}), "TensorDataset: expected weights (2), one for each sample, got (3).");
  EXPECT_EQ(error_of(Tensor{1, -1}), "TensorDataset: expected finite, non-negative weights, got -1 in row 1.");
}

}  // namespace
}  // namespace minnow
