// A model is evaluated on its training loader in the middle of an epoch: in a loop over the loader, and in on_step of
// fit.

#include <minnow/minnow.hpp>

#include <tests/support/small_model.hpp>

#include <span>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr std::size_t samples = 22;

/// Trains on shuffled, augmented batches, and evaluates after each step if `evaluates` is set.
struct Trial {
  explicit Trial(std::size_t workers, bool augments = false)
      : data(random({samples, 6}, 1), zeros({samples})), loader(data, options(workers, augments)) {}

  static DataLoaderOptions options(std::size_t workers, bool augments) {
    DataLoaderOptions options{
        .batch_size = 5, .shuffle = Rng{3}, .prefetch = workers > 0, .workers = workers > 0 ? workers : 1};
    if (augments)
      options.augment = Augmentation{Rng{4}, {[](std::span<Real> sample, const Shape&, Rng& rng) {
                                       for (Real& value : sample) value += static_cast<Real>(rng.normal());
                                     }}};
    return options;
  }

  static Sequential make_model() {
    Rng rng{2};
    return Sequential{Dense(6, 8, rng), BatchNorm1d(8), Dropout(0.25, rng), ReLU(), Dense(8, 3, rng)};
  }

  TensorDataset data;
  DataLoader loader;
  Sequential model = make_model();
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.1, .momentum = 0.9}};
};

class NestedEvaluation : public ::testing::TestWithParam<std::size_t> {};  // worker threads

TEST_P(NestedEvaluation, InFitChangesNoBitOfTheRun) {
  Trial plain(GetParam(), true), evaluated(GetParam(), true);
  fit(plain.model, plain.loss, plain.sgd, plain.loader, {.epochs = 3});
  std::size_t steps = 0;
  CrossEntropyLoss loss;
  fit(evaluated.model, evaluated.loss, evaluated.sgd, evaluated.loader, {.epochs = 3, .on_step = [&](const Progress&) {
                                                                           ++steps;
                                                                           const Evaluation result = evaluate(
                                                                               evaluated.model, loss, evaluated.loader);
                                                                           EXPECT_EQ(result.samples, samples);
                                                                         }});
  EXPECT_EQ(steps, 15u);
  EXPECT_EQ(evaluated.loader.epoch(), 3u);
  EXPECT_EQ(first_difference(Snapshot(evaluated.model, evaluated.sgd, evaluated.loader),
                             Snapshot(plain.model, plain.sgd, plain.loader)),
            "");
}

TEST_P(NestedEvaluation, InALoopReadsEverySample) {
  Trial trial(GetParam());
  DataLoader in_order{trial.data, {.batch_size = samples}};
  CrossEntropyLoss loss;
  std::size_t steps = 0;
  for (int epoch = 0; epoch < 2; ++epoch)
    for (const Batch& batch : trial.loader) {
      trial.loss.forward(trial.model.forward(batch.inputs), batch.targets);
      trial.model.backward(trial.loss.backward());
      trial.sgd.step();
      ++steps;
      EXPECT_NEAR(evaluate(trial.model, loss, trial.loader).loss, evaluate(trial.model, loss, in_order).loss, 1e-6);
      EXPECT_EQ(predict_all(trial.model, trial.loader).scores().shape(), (Shape{samples, 3}));
      const ConfusionMatrix matrix = confusion_matrix(trial.model, trial.loader, {"a", "b", "c"});
      EXPECT_EQ(matrix.count(0, 0) + matrix.count(0, 1) + matrix.count(0, 2), samples);
    }
  EXPECT_EQ(steps, 10u);
}

INSTANTIATE_TEST_SUITE_P(Workers, NestedEvaluation, ::testing::Values(0, 1, 2));

}  // namespace
}  // namespace minnow
