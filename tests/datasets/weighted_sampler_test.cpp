#include <minnow/core/error.hpp>
#include <minnow/core/snapshot.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/datasets/weighted_sampler.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// Sample i is (i) with target i mod 3.
TensorDataset numbered(std::size_t n) {
  Tensor inputs = zeros({n, 1}), targets = zeros({n});
  for (std::size_t i = 0; i < n; ++i) inputs(i, 0) = static_cast<Real>(i), targets(i) = static_cast<Real>(i % 3);
  return {std::move(inputs), std::move(targets)};
}

std::vector<std::size_t> one_epoch(DataLoader& loader) {
  std::vector<std::size_t> drawn;
  for (const Batch& batch : loader) drawn.insert(drawn.end(), batch.indices.begin(), batch.indices.end());
  return drawn;
}

/// Returns the chi-square statistic of draws with these probabilities.
double chi_square(const std::vector<std::size_t>& drawn, const std::vector<double>& weights) {
  std::vector<double> counts(weights.size());
  for (const std::size_t i : drawn) ++counts.at(i);
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double expected = weights[i] / total * static_cast<double>(drawn.size());
    if (expected > 0) sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    EXPECT_TRUE(expected > 0 || counts[i] == 0) << i;
  }
  return sum;
}

/// The quantile 1 - 1e-6 of chi-square is 42.7 with 8 degrees of freedom, and 27.6 with 2.
TEST(WeightedSampler, DrawsWithTheGivenProbabilities) {
  const TensorDataset data = numbered(12);
  const std::vector<double> weights{0, 1, 2, 3, 4, 0.5, 0.25, 8, 1e-300, 10, 1, 0};  // nine are drawn
  DataLoader loader{data, {.batch_size = 1000, .sampler = WeightedSampler{Rng{7}, weights, 100'000}}};
  EXPECT_EQ(loader.num_samples(), 100'000u);
  EXPECT_EQ(loader.size(), 100u);
  for (int epoch = 0; epoch < 5; ++epoch) {
    const double statistic = chi_square(one_epoch(loader), {0, 1, 2, 3, 4, 0.5, 0.25, 8, 0, 10, 1, 0});
    EXPECT_GT(statistic, 0.15);
    EXPECT_LT(statistic, 42.7);
  }
}

/// Draws of the same epoch are independent: pairs of successive draws are uniform too.
TEST(WeightedSampler, DrawsIndependently) {
  const TensorDataset data = numbered(3);
  DataLoader loader{data, {.sampler = WeightedSampler{Rng{7}, {1, 1, 1}, 90'000}}};
  const std::vector<std::size_t> drawn = one_epoch(loader);
  std::vector<std::size_t> pairs;
  for (std::size_t i = 0; i < drawn.size(); i += 2) pairs.push_back(3 * drawn[i] + drawn[i + 1]);
  EXPECT_LT(chi_square(pairs, std::vector<double>(9, 1)), 42.7);
}

TEST(WeightedSampler, BalancedWeightsDrawEachClassEquallyOften) {
  const TensorDataset data(zeros({10, 1}), Tensor{0, 0, 0, 0, 0, 0, 2, 1, 2, 0});
  const std::vector<double> weights = balanced_sample_weights(data);
  EXPECT_EQ(weights[0], 10.0 / (3 * 7));  // sklearn.utils.class_weight.compute_sample_weight("balanced", y)
  EXPECT_EQ(weights[6], 10.0 / (3 * 2));
  EXPECT_EQ(weights[7], 10.0 / (3 * 1));
  DataLoader loader{data, {.sampler = WeightedSampler{Rng{1}, weights, 30'000}}};
  std::vector<std::size_t> classes;
  for (const std::size_t i : one_epoch(loader)) classes.push_back(static_cast<std::size_t>(data.targets()(i)));
  EXPECT_LT(chi_square(classes, {1, 1, 1}), 27.6);
}

TEST(WeightedSampler, PrefetchingChangesNoBit) {
  const TensorDataset data = numbered(50);
  const DataLoaderOptions options{.batch_size = 7, .sampler = WeightedSampler{Rng{3}, std::vector<double>(50, 1)}};
  DataLoaderOptions prefetching = options;
  prefetching.prefetch = true;
  prefetching.workers = 2;
  DataLoader plain{data, options}, threads{data, prefetching};
  for (int epoch = 0; epoch < 3; ++epoch) {
    const std::vector<std::size_t> drawn = one_epoch(plain);
    EXPECT_EQ(drawn, one_epoch(threads));
    EXPECT_EQ(drawn.size(), 50u);
    EXPECT_LT(std::set(drawn.begin(), drawn.end()).size(), 45u);  // with replacement: about 32 of 50
  }
}

TEST(WeightedSampler, ContinuesInsideAnEpoch) {
  const TensorDataset data = numbered(40);
  const auto make_loader = [&](std::uint64_t seed, double first) {
    std::vector<double> weights(40, 1);
    weights[0] = first;
    return std::make_unique<DataLoader>(
        data, DataLoaderOptions{.batch_size = 8, .prefetch = true, .sampler = WeightedSampler{Rng{seed}, weights, 64}});
  };
  const auto loader = make_loader(3, 5), restored = make_loader(4, 5), other = make_loader(3, 6);
  one_epoch(*loader);
  const std::vector<std::size_t> second = one_epoch(*make_loader(3, 5)), whole = [&] {
    const auto again = make_loader(3, 5);
    one_epoch(*again);
    return one_epoch(*again);
  }();
  EXPECT_NE(second, whole);
  std::size_t batches = 0;
  for (const Batch& batch : *loader)
    if (batch.size() == 8 && ++batches == 3) {
      Snapshot(*loader).restore(*restored);
      break;
    }
  EXPECT_EQ(one_epoch(*restored), std::vector(whole.begin() + 24, whole.end()));
  EXPECT_NE(message<Error>([&] { Snapshot(*loader).restore(*other); }).find("sampler.weights"), std::string::npos);
}

/// A sample that is drawn again in an epoch gets another augmentation.
TEST(WeightedSampler, AugmentsEachDrawDifferently) {
  const TensorDataset data = numbered(3);
  const Transform noise = [](std::span<Real> sample, const Shape&, Rng& rng) {
    sample[0] = static_cast<Real>(rng.uniform());
  };
  const DataLoaderOptions options{
      .batch_size = 64, .augment = Augmentation{Rng{1}, {noise}}, .sampler = WeightedSampler{Rng{1}, {1, 0, 0}, 64}};
  DataLoaderOptions small = options;
  small.batch_size = 5;
  DataLoader loader{data, options}, in_small_batches{data, small};
  std::set<Real> values;
  std::vector<Real> large, little;
  for (const Batch& batch : loader) large.assign(batch.inputs.begin(), batch.inputs.end());
  for (const Batch& batch : in_small_batches) little.insert(little.end(), batch.inputs.begin(), batch.inputs.end());
  EXPECT_EQ(std::set(large.begin(), large.end()).size(), 64u);
  EXPECT_EQ(large, little);
}

TEST(WeightedSampler, RefusesInvalidWeights) {
  const TensorDataset data = numbered(3);
  const auto error_of = [&](const std::vector<double>& weights) {
    return message<ValueError>([&] { DataLoader(data, {.sampler = WeightedSampler{Rng{1}, weights}}); });
  };
  EXPECT_EQ(error_of({1, 2}), "DataLoader: expected 3 sampler.weights, one for each sample, got 2.");
  EXPECT_EQ(error_of({1, -2, 3}), "DataLoader: expected finite, non-negative sampler.weights, got -2 of sample 1.");
  EXPECT_EQ(error_of({1, std::numeric_limits<double>::quiet_NaN(), 3}),
            "DataLoader: expected finite, non-negative sampler.weights, got nan of sample 1.");
  EXPECT_EQ(error_of({0, 0, 0}), "DataLoader: expected sampler.weights with a positive, finite sum, got 0.");
  EXPECT_EQ(error_of({1e308, 1e308, 1e308}),
            "DataLoader: expected sampler.weights with a positive, finite sum, got inf.");
  EXPECT_EQ(message<ValueError>([&] {
              DataLoader(data, {.shuffle = Rng{1}, .sampler = WeightedSampler{Rng{1}, {1, 1, 1}}});
            }),
            "DataLoader: expected a sampler or shuffle, got both. Leave out shuffle.");
}

TEST(BalancedClassWeights, AreThoseOfScikitLearn) {
  const TensorDataset data(zeros({10, 1}), Tensor{0, 0, 0, 0, 0, 0, 2, 1, 2, 0});
  EXPECT_EQ(balanced_class_weights(data, 3), (Tensor{Real(10.0 / 21), Real(10.0 / 3), Real(10.0 / 6)}));
  EXPECT_EQ(message<ValueError>([&] { balanced_class_weights(data, 4); }),
            "balanced_class_weights: expected samples of each of 4 classes, got none of class 3.");
  EXPECT_NE(message<ValueError>([&] { balanced_class_weights(data, 2); }), "no error");
  const TensorDataset real(zeros({2, 1}), zeros({2, 1}));
  EXPECT_EQ(message<ShapeError>([&] { balanced_class_weights(real, 2); }),
            "balanced_class_weights: expected class indices (N), got targets of shape (1).");
}

}  // namespace
}  // namespace minnow
