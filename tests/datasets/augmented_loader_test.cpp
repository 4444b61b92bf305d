// Batches with augmentation, normalisation and mixup: bitwise independent of the workers, and equal to the formulas.

#include <minnow/core/error.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <tests/support/message.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// Returns n random images (3, 8, 8). The class of each image is its index.
TensorDataset random_images(std::size_t n) {
  Rng rng{1};
  Tensor inputs = zeros({n, 3, 8, 8}), targets = zeros({n});
  for (Real& value : inputs) value = static_cast<Real>(rng.uniform());
  std::iota(targets.begin(), targets.end(), Real{0});
  return {std::move(inputs), std::move(targets)};
}

Augmentation all_transforms(std::optional<Mixup> mixup = std::nullopt) {
  return {Rng{7},
          {augment::Flip(), augment::ShiftedCrop(2), augment::Rotation(15),
           augment::ColourJitter({.brightness = 0.3, .contrast = 0.3, .saturation = 0.3}), augment::Cutout(3)},
          mixup};
}

/// The samples of an epoch in the dataset's order. `original`, a loader with the same shuffling and no augmentation,
/// gives the index of each sample.
struct Epoch {
  std::vector<std::vector<Real>> inputs, targets;
};

Epoch one_epoch(DataLoader& loader, DataLoader& original) {
  Epoch epoch;
  epoch.inputs.resize(loader.num_samples());
  epoch.targets.resize(loader.num_samples());
  auto plain = original.begin();
  for (const Batch& batch : loader) {
    const std::size_t row = batch.inputs.size() / batch.size(), target = batch.targets.size() / batch.size();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto index = static_cast<std::size_t>(plain->targets(i));
      epoch.inputs[index].assign(batch.inputs.data() + i * row, batch.inputs.data() + (i + 1) * row);
      epoch.targets[index].assign(batch.targets.data() + i * target, batch.targets.data() + (i + 1) * target);
    }
    ++plain;
  }
  return epoch;
}

std::vector<Epoch> epochs(const Dataset& data, DataLoaderOptions options, std::size_t count) {
  DataLoader loader{data, options};
  DataLoader original{data, {.batch_size = options.batch_size, .shuffle = options.shuffle}};
  std::vector<Epoch> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(one_epoch(loader, original));
  return all;
}

TEST(AugmentedLoader, BitsDoNotDependOnBatchSizeOrderOrWorkers) {
  const std::size_t n = 30;
  const TensorDataset data = random_images(n);
  const DataLoaderOptions alone{
      .batch_size = 64, .augment = all_transforms(Mixup{.classes = n}), .normalize = Normalization(data.inputs())};
  const std::vector<Epoch> expected = epochs(data, alone, 3);
  EXPECT_NE(expected[0].inputs, expected[1].inputs) << "two epochs are equal";
  for (const std::size_t batch_size : {1u, 7u, 64u})
    for (const bool shuffle : {false, true})
      for (const std::size_t workers : {0u, 1u, 2u, 3u, 9u}) {
        DataLoaderOptions options = alone;
        options.batch_size = batch_size;
        if (shuffle) options.shuffle = Rng{3};
        options.prefetch = workers > 0;
        options.workers = std::max<std::size_t>(workers, 1);
        const std::vector<Epoch> got = epochs(data, options, 3);
        for (std::size_t e = 0; e < 3; ++e) {
          EXPECT_EQ(got[e].inputs, expected[e].inputs) << batch_size << " " << shuffle << " " << workers;
          EXPECT_EQ(got[e].targets, expected[e].targets) << batch_size << " " << shuffle << " " << workers;
        }
      }
}

TEST(AugmentedLoader, AcceptsUserFunctions) {
  const TensorDataset data = random_images(5);
  const auto darker = [](std::span<Real> sample, const Shape& shape, Rng& rng) {
    EXPECT_EQ(shape, (Shape{3, 8, 8}));
    const Real factor = static_cast<Real>(rng.uniform());
    for (Real& value : sample) value *= factor;
  };
  const std::vector<Epoch> got = epochs(data, {.augment = Augmentation{Rng{5}, {darker}}}, 2);
  for (std::uint64_t e = 0; e < 2; ++e)
    for (std::size_t i = 0; i < 5; ++i) {
      const Real factor = static_cast<Real>(Rng{5}.stream(e, i).uniform());
      for (std::size_t k = 0; k < 192; ++k) EXPECT_EQ(got[e].inputs[i][k], data.inputs().data()[i * 192 + k] * factor);
    }
}

TEST(AugmentedLoader, NormalisesAfterAugmentation) {
  const TensorDataset data = random_images(20);
  const Normalization normalization(data.inputs());
  std::vector<Epoch> raw = epochs(data, {.augment = all_transforms()}, 1);
  const std::vector<Epoch> normalised = epochs(data, {.augment = all_transforms(), .normalize = normalization}, 1);
  for (std::vector<Real>& sample : raw[0].inputs) normalization.apply(sample);
  EXPECT_EQ(raw[0].inputs, normalised[0].inputs);
}

TEST(Mixup, MixesEachSampleWithAnotherTransformedSample) {
  const std::size_t n = 40;
  const TensorDataset data = random_images(n);
  const std::vector<Epoch> plain = epochs(data, {.augment = all_transforms()}, 2);
  const std::vector<Epoch> mixed = epochs(data, {.augment = all_transforms(Mixup{.classes = n, .alpha = 1})}, 2);
  for (std::size_t e = 0; e < 2; ++e)
    for (std::size_t i = 0; i < n; ++i) {
      const std::vector<Real>& target = mixed[e].targets[i];
      ASSERT_EQ(target.size(), n);
      EXPECT_NEAR(static_cast<double>(std::accumulate(target.begin(), target.end(), Real{0})), 1, 1e-6);
      std::size_t partner = n;
      for (std::size_t j = 0; j < n; ++j)
        if (j != i && target[j] > 0) {
          EXPECT_EQ(partner, n) << "three classes are mixed";
          partner = j;
        }
      ASSERT_LT(partner, n) << "alpha is 1: lambda is hardly ever 1";
      const auto lambda = static_cast<double>(target[i]);
      for (std::size_t k = 0; k < 192; ++k)
        EXPECT_NEAR(static_cast<double>(mixed[e].inputs[i][k]),
                    lambda * static_cast<double>(plain[e].inputs[i][k]) +
                        (1 - lambda) * static_cast<double>(plain[e].inputs[partner][k]),
                    1e-6);
    }
}

/// Compares mean and variance of lambda with those of Beta(alpha, alpha), 1/2 and 1 / (4 (2 alpha + 1)).
TEST(Mixup, DrawsLambdaFromTheBetaDistribution) {
  const std::size_t n = 1000, times = 5;
  Tensor labels = zeros({n});
  std::iota(labels.begin(), labels.end(), Real{0});
  const TensorDataset data(zeros({n, 1}), labels);
  for (const double alpha : {1e-300, 1e-9, 0.1, 0.2, 1.0, 4.0}) {
    DataLoader loader{data, {.augment = Augmentation{Rng{1}, {}, Mixup{.classes = n, .alpha = alpha}}}};
    double sum = 0, squares = 0;
    for (std::size_t e = 0; e < times; ++e) {
      std::size_t index = 0;
      for (const Batch& batch : loader)
        for (std::size_t i = 0; i < batch.size(); ++i) {
          const auto lambda = static_cast<double>(batch.targets(i, index++));
          sum += lambda;
          squares += lambda * lambda;
        }
    }
    const double mean = sum / (n * times), variance = squares / (n * times) - mean * mean;
    const double expected = 1 / (4 * (2 * alpha + 1));
    EXPECT_NEAR(mean, 0.5, 4 * std::sqrt(expected / (n * times))) << alpha;
    EXPECT_NEAR(variance, expected, 0.01) << alpha;
  }
}

TEST(Mixup, MixesRealTargetsAndWeights) {
  const std::size_t n = 12;
  Tensor inputs = zeros({n, 1}), targets = zeros({n, 3}), weights = zeros({n});
  for (std::size_t i = 0; i < n; ++i) {
    inputs(i, 0) = weights(i) = static_cast<Real>(i);
    for (std::size_t k = 0; k < 3; ++k) targets(i, k) = static_cast<Real>(10 * i + k);
  }
  const TensorDataset data(inputs, targets, {}, weights);
  DataLoader loader{data, {.augment = Augmentation{Rng{2}, {}, Mixup{.classes = 1, .alpha = 1}}}};
  for (const Batch& batch : loader)
    for (std::size_t i = 0; i < n; ++i) {
      const auto x = static_cast<double>(batch.inputs(i, 0));
      EXPECT_NE(x, static_cast<double>(i));
      for (std::size_t k = 0; k < 3; ++k)
        EXPECT_NEAR(static_cast<double>(batch.targets(i, k)), 10 * x + static_cast<double>(k), 1e-4);
      EXPECT_NEAR(static_cast<double>((*batch.weights)(i)), x, 1e-5);
    }
}

TEST(Mixup, LeavesASingleSampleUnchanged) {
  const TensorDataset data = random_images(1);
  DataLoader loader{data, {.augment = Augmentation{Rng{2}, {}, Mixup{.classes = 3}}}};
  for (const Batch& batch : loader) {
    EXPECT_EQ(batch.inputs, data.inputs());
    EXPECT_EQ(batch.targets, (Tensor{{1, 0, 0}}));
  }
}

TEST(AugmentedLoader, AcceptsAnEmptyDataset) {
  const TensorDataset none = random_images(0);
  DataLoader loader{none, {.prefetch = true, .workers = 2, .augment = all_transforms(Mixup{.classes = 3})}};
  for (const Batch& batch : loader) ADD_FAILURE() << batch.size();
}

TEST(AugmentedLoader, RejectsInvalidOptions) {
  const TensorDataset data = random_images(5);
  const auto error_of = [&](const DataLoaderOptions& options) {
    return message<ValueError>([&] {
      DataLoader loader{data, options};
      for (const Batch& batch : loader) EXPECT_GT(batch.size(), 0u);
    });
  };
  EXPECT_EQ(error_of({.workers = 0}), "DataLoader: expected workers to be at least 1, got 0.");
  EXPECT_EQ(error_of({.augment = Augmentation{Rng{1}, {nullptr}}}),
            "DataLoader: expected transforms that are callable, got an empty function.");
  EXPECT_EQ(error_of({.augment = Augmentation{Rng{1}, {}, Mixup{.classes = 0}}}),
            "DataLoader: expected mixup.classes to be at least 1, got 0.");
  for (const double alpha : {0.0, -1.0})
    EXPECT_NE(error_of({.augment = Augmentation{Rng{1}, {}, Mixup{.classes = 5, .alpha = alpha}}})
                  .find("DataLoader: expected mixup.alpha above 0 and at most 4, got "),
              std::string::npos);
  EXPECT_EQ(error_of({.augment = Augmentation{Rng{1}, {}, Mixup{.classes = 3}}}).find("mixup: "), 0u);
}

}  // namespace
}  // namespace minnow
