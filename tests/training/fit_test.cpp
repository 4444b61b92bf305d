#include <minnow/core/error.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/clip_gradients.hpp>
#include <minnow/optim/reduce_lr_on_plateau.hpp>
#include <minnow/optim/schedules.hpp>
#include <minnow/optim/sgd.hpp>
#include <minnow/training/evaluate.hpp>
#include <minnow/training/fit.hpp>
#include <minnow/training/metrics.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

/// Two clusters of points that a line separates.
TensorDataset clusters(std::size_t n) {
  Tensor inputs = zeros({n, 2}), targets = zeros({n});
  Rng rng{9};
  for (std::size_t i = 0; i < n; ++i) {
    targets(i) = static_cast<Real>(i % 2);
    for (std::size_t k = 0; k < 2; ++k) inputs(i, k) = static_cast<Real>(rng.normal() * 0.3 + (i % 2 == 0 ? -1 : 1));
  }
  return {std::move(inputs), std::move(targets), {"left", "right"}};
}

struct Trial {
  TensorDataset data = clusters(70);
  Rng rng{1};
  Sequential model{Dense(2, 8, rng), ReLU(), Dense(8, 2, rng)};
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.1, .momentum = 0.9}};
  DataLoader loader{data, {.batch_size = 16, .shuffle = rng.split()}};

  std::string failure() {
    try {
      fit(model, loss, sgd, loader, {.epochs = 3});
    } catch (const NonFiniteError& error) {
      return error.what();
    }
    return "nothing was thrown";
  }
};

TEST(Fit, LearnsAndReportsItsProgress) {
  Trial s;
  std::size_t steps = 0, epochs = 0;
  double last_loss = 0, last_accuracy = 0;
  fit(s.model, s.loss, s.sgd, s.loader,
      {.epochs = 10,
       .metrics = {metrics::accuracy()},
       .on_step =
           [&](const Progress& p) {
             ++steps;
             EXPECT_EQ(p.steps, 5u);
             EXPECT_EQ(p.step, (steps - 1) % 5 + 1);
             EXPECT_EQ(p.samples, std::min<std::size_t>(16 * p.step, 70));
           },
       .on_epoch =
           [&](const Progress& p) {
             EXPECT_EQ(p.epoch, ++epochs);
             EXPECT_EQ(p.samples, p.total_samples);
             last_loss = p.loss;
             last_accuracy = p["accuracy"];
             return epochs < 8;  // ends training here
           }});
  EXPECT_EQ(steps, 40u);
  EXPECT_EQ(epochs, 8u);
  EXPECT_LT(last_loss, 0.05);
  EXPECT_EQ(last_accuracy, 1);
  DataLoader test{s.data, {.batch_size = 32}};
  const Evaluation result = evaluate(s.model, s.loss, test, {metrics::accuracy()});
  EXPECT_EQ(result.samples, 70u);
  EXPECT_EQ(result["accuracy"], 1);
  EXPECT_LT(result.loss, 0.05);
  EXPECT_EQ(confusion_matrix(s.model, test, s.data.class_names()).count(0, 0), 35u);
}

// Each epoch starts with fresh copies of the metrics. The metrics passed do not change.
TEST(Fit, MeasuresEachEpochSeparately) {
  Trial s;
  const std::vector<Metric> metrics{metrics::accuracy(), metrics::top_k_accuracy(2)};
  const TensorDataset few = s.data.subset(std::vector<std::size_t>{0, 1, 2, 3});
  DataLoader loader{few, {.batch_size = 2}};
  s.sgd.set_learning_rate(0);  // each epoch gives the same values
  std::vector<double> accuracies;
  fit(s.model, s.loss, s.sgd, loader, {.epochs = 3, .metrics = metrics, .on_epoch = [&](const Progress& p) {
                                         accuracies.push_back(p["accuracy"]);
                                         EXPECT_EQ(p["top-2 accuracy"], 1);
                                         EXPECT_EQ(p.metrics.size(), 2u);
                                         return true;
                                       }});
  const double expected = evaluate(s.model, s.loss, loader, metrics)["accuracy"];
  EXPECT_EQ(accuracies, std::vector<double>(3, expected));
  EXPECT_EQ(evaluate(s.model, s.loss, loader, metrics)["accuracy"], expected);
  EXPECT_TRUE(std::isnan(metrics[0].value()));
  EXPECT_THROW(static_cast<void>(evaluate(s.model, s.loss, loader)["accuracy"]), ValueError);
}

TEST(Fit, EvaluationIsTheMeanOverSamplesNotOverBatches) {
  Trial s;
  DataLoader whole{s.data, {.batch_size = 70}}, parts{s.data, {.batch_size = 64}};
  EXPECT_NEAR(evaluate(s.model, s.loss, whole).loss, evaluate(s.model, s.loss, parts).loss, 1e-6);
}

TEST(Fit, StopsAtANonFiniteInputAndNamesTheSample) {
  Trial s;
  Tensor inputs = s.data.inputs();
  inputs(0, 1) = nan;
  s.data = TensorDataset(inputs, s.data.targets(), s.data.class_names());
  const std::string message = s.failure();
  EXPECT_NE(message.find("fit: expected a finite loss, got nan at epoch 1, step "), std::string::npos) << message;
  EXPECT_NE(message.find("it arose in the inputs, sample "), std::string::npos) << message;
}

TEST(Fit, StopsAtANonFiniteWeightAndNamesTheLayer) {
  Trial s;
  (*s.model[2].state()[0].value)(0, 0) = nan;
  EXPECT_EQ(
      s.failure(),
      "fit: expected a finite loss, got nan at epoch 1, step 1; it arose in layer 2, Dense(8 -> 2): its weight is not "
      "finite. Try a lower learning rate.");
}

TEST(Fit, StopsWhenTrainingDiverges) {
  Trial s;
  s.sgd.set_learning_rate(1e30);
  const std::string message = s.failure();
  EXPECT_NE(message.find("expected a finite loss, got "), std::string::npos) << message;
  EXPECT_NE(message.find(" at epoch "), std::string::npos) << message;
  EXPECT_NE(message.find("Dense("), std::string::npos) << message;
}

TEST(Evaluate, RefusesALossThatIsNotFiniteAndNamesTheLayer) {
  Trial s;
  (*s.model[0].state()[1].value)(0) = nan;
  DataLoader test{s.data};
  try {
    evaluate(s.model, s.loss, test);
    FAIL();
  } catch (const NonFiniteError& error) {
    EXPECT_STREQ(
        error.what(),
        "evaluate: expected a finite loss, got nan; it arose in layer 0, Dense(2 -> 8): its bias is not finite.");
  }
}

TEST(Fit, RefusesTheOptimizerOfAnotherModel) {
  Trial s;
  Sequential copy = s.model;
  EXPECT_THROW(fit(copy, s.loss, s.sgd, s.loader), ValueError);
}

TEST(Fit, RefusesALoaderWithoutBatches) {
  Trial s;
  const TensorDataset none(zeros({0, 2}), zeros({0}));
  DataLoader empty{none};
  EXPECT_THROW(fit(s.model, s.loss, s.sgd, empty), ValueError);
}

// A batch that contains only padding has no loss. It must neither stop training nor change the reported loss.
TEST(Fit, ContinuesAfterABatchThatCountsNothing) {
  Trial s;
  Tensor weights = zeros({70});
  std::fill(weights.begin() + 16, weights.end(), Real{2});
  const TensorDataset weighted(s.data.inputs(), s.data.targets(), {}, weights);
  DataLoader in_order{weighted, {.batch_size = 16}};
  double reported = 0;
  fit(s.model, s.loss, s.sgd, in_order, {.epochs = 4, .on_epoch = [&](const Progress& p) {
                                           reported = p.loss;
                                           return true;
                                         }});
  EXPECT_LT(reported, 0.2);
  std::vector<std::size_t> counted(54);
  std::iota(counted.begin(), counted.end(), 16);
  const TensorDataset rest = TensorDataset(s.data.inputs(), s.data.targets()).subset(counted);
  DataLoader rest_loader{rest, {.batch_size = 9}};
  EXPECT_NEAR(evaluate(s.model, s.loss, in_order).loss, evaluate(s.model, s.loss, rest_loader).loss, 1e-7);
}

// All options of a step give the same bits as the loop written out.
TEST(Fit, ClipsFollowsTheScheduleAndAverages) {
  Trial s, by_hand;
  EMA ema{s.model, {.decay = 0.75}}, ema_by_hand{by_hand.model, {.decay = 0.75}};
  const Schedule schedule = one_cycle({.total_steps = 10});
  s.sgd.set_schedule(schedule);
  std::size_t steps = 0, clipped = 0;
  fit(s.model, s.loss, s.sgd, s.loader, {.epochs = 2, .clip_norm = 0.25, .ema = &ema, .on_step = [&](const Progress&) {
                                           EXPECT_EQ(s.sgd.rates().learning_rate,
                                                     schedule(s.sgd.initial_rates(), steps++).learning_rate);
                                         }});
  for (std::uint64_t t = 0; t < 10;)
    for (const Batch& batch : by_hand.loader) {
      const Rates rates = schedule({.learning_rate = 0.1, .momentum = 0.9}, t++);
      by_hand.sgd.set_rates(0, rates);
      by_hand.loss.forward(by_hand.model.forward(batch.inputs), batch.targets);
      by_hand.model.backward(by_hand.loss.backward());
      clipped += clip_grad_norm(by_hand.sgd, 0.25) > 0.25;
      by_hand.sgd.step();
      ema_by_hand.update();
    }
  EXPECT_GT(clipped, 0u);
  EXPECT_EQ(steps, 10u);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(s.model.state()[i].value->tensor(), by_hand.model.state()[i].value->tensor()) << s.model.state()[i].name;
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(ema.averages()[i].tensor(), ema_by_hand.averages()[i].tensor());
  EXPECT_EQ(ema.updates(), 10u);
}

TEST(Fit, LowersTheRateOnAPlateau) {
  Trial s;
  ReduceLROnPlateau plateau(s.sgd, {.factor = 0.5, .patience = 1});
  fit(s.model, s.loss, s.sgd, s.loader, {.epochs = 5, .on_epoch = [&](const Progress& p) {
                                           plateau.step(p.epoch == 1 ? 0 : p.loss);
                                           return true;
                                         }});
  EXPECT_EQ(s.sgd.options().learning_rate, 0.025);
}

TEST(Fit, RefusesToClipToANegativeNormOrToAverageAnotherModel) {
  Trial s;
  EXPECT_THROW(fit(s.model, s.loss, s.sgd, s.loader, {.clip_norm = -1}), ValueError);
  Sequential copy = s.model;
  EMA ema{copy};
  try {
    fit(s.model, s.loss, s.sgd, s.loader, {.ema = &ema});
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_STREQ(error.what(),
                 "fit: expected an EMA built on this model, got one of another. A copy of a model needs its own.");
  }
}

}  // namespace
}  // namespace minnow
