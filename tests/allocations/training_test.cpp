// Steps of optimizers, metrics, losses, fit and evaluate must not allocate after the largest batch.

#include <minnow/minnow.hpp>

#include <tests/allocations/count_allocations.hpp>

#include <algorithm>
#include <functional>
#include <tuple>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(AdamW, DoesNotAllocateAfterItsFirstStep) {
  Rng rng{1};
  Sequential model{Dense(192, 64, rng), ReLU(), Dense(64, 4, rng)};
  CrossEntropyLoss loss;
  AdamW adamw{model.parameters(), {.amsgrad = true}};
  const Tensor x = zeros({8, 192}), labels = zeros({8});
  const auto train = [&] {
    loss.forward(model.forward(x), labels);
    model.backward(loss.backward());
    adamw.step();
  };
  train();
  EXPECT_EQ(count_during(train), 0u);
}

/// Expects no allocation in steps with two groups, a schedule, clipping, an average and a plateau.
template <class Optimizer, class Options>
void expect_no_allocation_in_a_step(const Options& options) {
  Rng rng{1};
  Sequential model{Dense(192, 300, rng), ReLU(), Dense(300, 4, rng)};
  CrossEntropyLoss loss;
  Optimizer optimizer{no_decay_on_biases_and_norms(model.parameters(), options)};
  optimizer.set_schedule(
      per_epoch(2, sequence({linear_warmup({.total_steps = 2}), one_cycle({.total_steps = 2})}, {2})));
  EMA ema{model};
  ReduceLROnPlateau plateau{optimizer, {.patience = 0}};
  const Tensor x = zeros({8, 192}), labels = zeros({8});
  const auto train = [&] {
    for (int step = 0; step < 6; ++step) {
      loss.forward(model.forward(x), labels);
      model.backward(loss.backward());
      clip_grad_norm(optimizer, 0.1);
      clip_grad_value(optimizer, 0.01);
      optimizer.step();
      ema.update();
      const auto averaged = ema.swap_in();
      plateau.step(1);
    }
  };
  train();
  EXPECT_EQ(count_during(train), 0u);
}

TEST(Optimizers, DoNotAllocateWithSchedulesClippingAndAverages) {
  for (const int threads : {1, 2}) {
    set_threads(threads);
    expect_no_allocation_in_a_step<SGD>(SGDOptions{.momentum = 0.9, .weight_decay = 0.1});
    expect_no_allocation_in_a_step<Adam>(AdamOptions{.amsgrad = true});
    expect_no_allocation_in_a_step<AdamW>(AdamWOptions{});
    expect_no_allocation_in_a_step<RMSprop>(RMSpropOptions{.momentum = 0.5, .centered = true});
  }
}

TEST(Metrics, AddABatchWithoutAllocations) {
  ConfusionMatrix matrix({"a", "b", "c"});
  TopKAccuracy top_two(2);
  ProbabilityScores scores;
  Calibration calibration;
  Accuracy accuracy;
  BinaryAccuracy binary({.threshold = 0});
  Accuracy exact({.threshold = 0});
  MultilabelConfusionMatrix labels({"a", "b", "c"}, 0);
  Metric metric = metrics::accuracy();
  const Tensor p{{0.5, 0.25, 0.25}, {0, 0, 1}}, targets{0, 1}, multi_hot{{1, 1, 0}, {0, 0, 0}};
  const Tensor positions = zeros({2, 3, 4, 5}), position_targets = zeros({2, 4, 5});
  EXPECT_EQ(count_during([&] {
              matrix.add(p, targets);
              top_two.add(p, targets);
              scores.add(p, targets);
              calibration.add(p, targets);
              accuracy.add(p, targets);
              accuracy.add(p, p);
              exact.add(p, multi_hot);
              labels.add(p, multi_hot);
              accuracy.add(positions, position_targets);
              binary.add(p, p);
              metric.add(p, targets);
            }),
            0u);
}

/// Expects no allocation in the second pass over batches of different sizes, with and without sample weights.
void expect_no_allocation(Loss& loss, const Tensor& prediction, const Tensor& target) {
  const auto first_rows = [](const Tensor& tensor, std::size_t rows) {
    Shape shape = tensor.shape();
    shape[0] = rows;
    return from({tensor.data(), num_elements(shape)}, shape);
  };
  const std::size_t n = prediction.shape()[0];
  const Tensor part = first_rows(prediction, n / 2), part_target = first_rows(target, n / 2);
  Tensor weights = zeros({n});
  weights.fill(Real{0.5});
  const auto pass = [&] {
    loss.forward(prediction, target, weights);
    loss.forward(part, part_target);
    loss.forward(prediction, target);
    loss.backward();
  };
  pass();
  EXPECT_EQ(count_during(pass), 0u) << loss.name();
}

TEST(Losses, DoNotAllocateAfterTheLargestBatch) {
  const Shape wide{32, 300}, narrow{32, 4}, positions{8, 4, 9};
  Rng rng{1};
  const auto scores = [&](const Shape& shape) {
    Tensor x = zeros(shape);
    for (Real& value : x) value = static_cast<Real>(rng.normal());
    return x;
  };
  const Tensor labels = zeros({32}), position_labels = zeros({8, 9});
  Tensor weight = zeros({4});
  weight.fill(Real{0.5});
  CrossEntropyLoss plain, weighted({.weight = weight, .ignore_index = 1}),
      smooth({.weight = weight, .label_smoothing = 0.1});
  expect_no_allocation(plain, scores(wide), labels);
  for (CrossEntropyLoss* loss : {&plain, &weighted, &smooth}) {
    expect_no_allocation(*loss, scores(narrow), labels);
    expect_no_allocation(*loss, scores(narrow), softmax(scores(narrow)));
    expect_no_allocation(*loss, scores(positions), position_labels);
  }
  const Tensor x = scores(narrow), p = softmax(scores(narrow)), log_p = log_softmax(x);
  NLLLoss nll({.weight = weight});
  FocalLoss focal({.weight = weight});
  MultiMarginLoss margin({.weight = weight});
  for (Loss* loss : std::initializer_list<Loss*>{&nll, &focal, &margin}) expect_no_allocation(*loss, log_p, labels);
  BCELoss bce({.weight = weight});
  BCEWithLogitsLoss with_logits({.weight = weight, .pos_weight = weight});
  SigmoidFocalLoss sigmoid_focal;
  KLDivLoss kl, kl_log({.log_target = true});
  MSELoss mse;
  L1Loss l1;
  HuberLoss huber;
  SmoothL1Loss smooth_l1;
  expect_no_allocation(bce, p, p);
  expect_no_allocation(kl_log, log_p, log_p);
  for (Loss* loss : std::initializer_list<Loss*>{&with_logits, &sigmoid_focal, &kl, &mse, &l1, &huber, &smooth_l1})
    expect_no_allocation(*loss, x, p);
  CosineEmbeddingLoss cosine;
  Tensor alike = zeros({32});
  alike.fill(1);
  expect_no_allocation(cosine, scores({32, 2, 5}), alike);
}

TEST(Fit, DoesNotAllocateFromTheSecondEpochToTheLast) {
  for (const std::size_t accumulate : {1u, 3u}) {
    Rng rng{1};
    const TensorDataset train = random_dataset(200, rng.split());
    Sequential model{Flatten(), Dense(192, 16, rng), BatchNorm1d(16),
                     Residual(Sequential{ReLU(), Residual(Sequential{Dense(16, 16, rng), Dropout(0.5, rng)})}),
                     Dense(16, 4, rng)};
    CrossEntropyLoss loss;
    SGD sgd{model.parameters(), {.learning_rate = 0.01}};
    EMA ema{model};
    DataLoader loader{train, {.batch_size = 64, .shuffle = rng.split()}};
    fit(model, loss, sgd, loader,
        {.epochs = 4,
         .metrics = {metrics::accuracy(), metrics::top_k_accuracy(2)},
         .clip_norm = 1,
         .ema = &ema,
         .accumulate = accumulate,
         .on_step = [](const Progress& p) { EXPECT_LE(p["accuracy"], p["top-2 accuracy"]); },
         .on_epoch =
             [](const Progress& p) {
               if (p.epoch == 1) allocations = 0, counting = true;
               if (p.epoch == 4) counting = false;
               return true;
             }});
    EXPECT_EQ(allocations, 0u);
  }
}

/// Starts to count after the first batch, and stops when its value is read after the last.
struct CountAfterTheFirstBatch {
  void add(const Tensor&, const Tensor&) {
    if (++batches == 1) allocations = 0, counting = true;
  }
  double value() const {
    counting = false;
    return batches;
  }
  int batches = 0;
};

TEST(Evaluate, TakesNoMemoryAfterTheFirstBatch) {
  Rng rng{1};
  const TensorDataset held_out = random_dataset(200, rng.split());
  CrossEntropyLoss loss;
  DataLoader loader{held_out, {.batch_size = 64}};  // 64, 64, 64, 8
  Sequential convolutional{Conv2d(3, 12, 3, rng, {.padding = 1, .bias = false}),
                           BatchNorm2d(12),
                           ReLU(),
                           MaxPool2d(2),
                           GlobalAvgPool2d(),
                           Dropout(0.2, rng),
                           Dense(12, 4, rng)};
  Sequential dense{Flatten(), Dense(192, 16, rng), ReLU(), Dense(16, 4, rng)};
  for (Layer* model : std::initializer_list<Layer*>{&convolutional, &dense}) {
    EXPECT_EQ(
        evaluate(*model, loss, loader, {metrics::accuracy(), Metric("batches", CountAfterTheFirstBatch())})["batches"],
        4);
    EXPECT_EQ(allocations, 0u) << model->name();
  }
}

}  // namespace
}  // namespace minnow
