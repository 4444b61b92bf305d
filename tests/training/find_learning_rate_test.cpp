#include <minnow/minnow.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

struct Setting {
  Rng rng{1};
  TensorDataset data = [] {
    Rng points{2};
    Tensor inputs = zeros({64, 3}), targets = zeros({64});
    for (std::size_t i = 0; i < 64; ++i) {
      targets(i) = static_cast<Real>(i % 2);
      for (std::size_t k = 0; k < 3; ++k) inputs(i, k) = static_cast<Real>(points.normal() + (i % 2 == 0 ? -1 : 1));
    }
    return TensorDataset(inputs, targets);
  }();
  Sequential model{Dense(3, 8, rng), ReLU(), Dropout(0.1, rng), Dense(8, 2, rng)};
  CrossEntropyLoss loss;
  SGD sgd{{{model[0].parameters(), {.learning_rate = 0.1, .momentum = 0.9}},
           {model[3].parameters(), {.learning_rate = 0.2, .momentum = 0.9}}}};
  DataLoader loader{data, {.batch_size = 16, .shuffle = rng.split()}};
};

TEST(FindLearningRate, ReturnsTheCurveAndRestoresTheRun) {
  Setting s;
  const Schedule schedule = step_lr({.step_size = 3});
  s.sgd.set_schedule(schedule);
  fit(s.model, s.loss, s.sgd, s.loader, {.epochs = 1});
  const Snapshot before(s.model, s.sgd, s.loader);
  const LearningRateCurve curve = find_learning_rate(s.model, s.loss, s.sgd, s.loader, {.steps = 50});
  EXPECT_EQ(first_difference(Snapshot(s.model, s.sgd, s.loader), before), "");
  ASSERT_TRUE(s.sgd.schedule() != nullptr);
  ASSERT_GT(curve.rates.size(), 20u);
  EXPECT_EQ(curve.losses.size(), curve.rates.size());
  for (std::size_t i = 0; i < curve.rates.size(); ++i)
    EXPECT_NEAR(curve.rates[i] / (1e-6 * std::pow(10, 7.0 * static_cast<double>(i) / 49)), 1, 1e-12);
  EXPECT_GT(curve.suggestion, 1e-3);
  EXPECT_LT(curve.suggestion, 10);
  fit(s.model, s.loss, s.sgd, s.loader, {.epochs = 1});
  EXPECT_EQ(s.sgd.rates(0).learning_rate, schedule(s.sgd.initial_rates(0), 7).learning_rate) << "the schedule goes on";
}

// The losses are those of a loop with the same rates, smoothed.
TEST(FindLearningRate, TrainsWithTheRatesAndSmoothsTheLosses) {
  Setting s, by_hand;
  const FindLearningRateOptions options{.lowest = 1e-3, .highest = 1, .steps = 10, .smoothing = 0.5};
  const LearningRateCurve curve = find_learning_rate(s.model, s.loss, s.sgd, s.loader, options);
  double mean = 0, weight = 0;
  std::size_t step = 0;
  while (step < 10)
    for (const Batch& batch : by_hand.loader) {
      if (step == 10) break;
      const double rate = 1e-3 * std::pow(std::pow(1000.0, 1.0 / 9), static_cast<double>(step));
      by_hand.sgd.set_rates(0, {.learning_rate = rate, .momentum = 0.9});
      by_hand.sgd.set_rates(1, {.learning_rate = 2 * rate, .momentum = 0.9});
      const double loss = by_hand.loss.forward(by_hand.model.forward(batch.inputs), batch.targets);
      by_hand.model.backward(by_hand.loss.backward());
      by_hand.sgd.step();
      mean = 0.5 * mean + 0.5 * loss;
      weight = 0.5 * weight + 0.5;
      EXPECT_NEAR(curve.losses.at(step++), mean / weight, 1e-12);
    }
}

TEST(FindLearningRate, RefusesOptionsOutOfRange) {
  Setting s;
  const auto refused = [&](const FindLearningRateOptions& options) {
    return message<ValueError>([&] { find_learning_rate(s.model, s.loss, s.sgd, s.loader, options); });
  };
  EXPECT_EQ(refused({.lowest = 0}), "find_learning_rate: expected rates 0 < lowest < highest, got 0 and 10.");
  EXPECT_EQ(refused({.lowest = 1, .highest = 0.5}),
            "find_learning_rate: expected rates 0 < lowest < highest, got 1 and 0.5.");
  EXPECT_EQ(refused({.steps = 1}), "find_learning_rate: expected at least 2 steps, got 1.");
  EXPECT_EQ(refused({.smoothing = 1}), "find_learning_rate: expected a smoothing in [0, 1), got 1.");
}

TEST(CrossValidate, ReturnsTheMeanAndItsStandardError) {
  Setting s;
  const std::vector<Fold> folds = k_folds(s.data, 4, Rng{1});
  std::vector<double> sizes;
  const CrossValidation result = cross_validate(s.data, folds, [&](const Dataset& train, const Dataset& test) {
    EXPECT_EQ(train.size() + test.size(), 64u);
    sizes.push_back(static_cast<double>(sizes.size()));
    return Evaluation{.loss = std::vector<double>{1, 2, 3, 6}[sizes.size() - 1], .samples = test.size(), .metrics = {}};
  });
  EXPECT_EQ(result.folds.size(), 4u);
  EXPECT_EQ(result.mean("loss"), 3);
  EXPECT_NEAR(result.standard_error("loss"), std::sqrt((4.0 + 1 + 0 + 9) / 3 / 4), 1e-15);
  EXPECT_THROW(static_cast<void>(result.mean("accuracy")), ValueError);
  EXPECT_TRUE(std::isnan(CrossValidation{}.mean("loss")));
  EXPECT_TRUE(std::isnan(CrossValidation{{result.folds[0]}}.standard_error("loss")));
}

}  // namespace
}  // namespace minnow
