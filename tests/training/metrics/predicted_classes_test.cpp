// Everything that turns scores into classes follows one rule. Single scores and labels need a threshold from the
// caller.

#include <minnow/core/error.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/layers/activation/sigmoid.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/losses/bce_loss.hpp>
#include <minnow/losses/bce_with_logits_loss.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/training/evaluate.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
const std::vector<std::string> no_and_yes{"no", "yes"};

/// Returns a model whose logit is its only input.
Sequential logit_model() {
  Rng rng{1};
  Sequential model{Dense(1, 1, rng)};
  model.state()[0].value->fill(1);
  return model;
}

Tensor column(std::initializer_list<Real> values) { return from({values.begin(), values.size()}, {values.size(), 1}); }

/// Expects that every function which predicts classes has this accuracy.
void expect_accuracy(const Layer& model, Loss& loss, const Tensor& inputs, const Tensor& targets, double threshold,
                     double expected) {
  const TensorDataset data(inputs, targets);
  DataLoader loader{data, {.batch_size = 3}};
  const Evaluation result =
      evaluate(model, loss, loader,
               {metrics::accuracy({.threshold = threshold}), metrics::binary_accuracy({.threshold = threshold})});
  EXPECT_EQ(result["accuracy"], expected);
  EXPECT_EQ(result["binary accuracy"], expected);
  EXPECT_EQ(confusion_matrix(model, loader, no_and_yes, threshold).accuracy(), expected);
  EXPECT_EQ(multilabel_confusion_matrix(model, loader, {"yes"}, threshold).accuracy(), expected);
  const Predictions all = predict_all(model, loader);
  EXPECT_EQ(predicted_classes(all.scores(), threshold),
            minnow::threshold(from({all.scores().data(), all.scores().size()}, {all.scores().size()}), threshold));
  ConfusionMatrix matrix(no_and_yes, threshold);
  matrix.add(all.scores(), all.targets());
  EXPECT_EQ(matrix.accuracy(), expected);
}

// A ConfusionMatrix once compared logits with 0.5, BinaryAccuracy with 0, and Accuracy found every sample right.
TEST(PredictedClasses, OfOneLogitAgreeEverywhere) {
  const Tensor logits = column({-0.25, -1, 0.25, 0.375});
  BCEWithLogitsLoss loss;
  expect_accuracy(logit_model(), loss, logits, column({0, 0, 1, 1}), 0, 1);
  expect_accuracy(logit_model(), loss, logits, column({1, 1, 0, 0}), 0, 0);
  expect_accuracy(logit_model(), loss, logits, column({0, 0, 1, 1}), 0.3, 0.75);
}

TEST(PredictedClasses, OfOneProbabilityAgreeEverywhere) {
  Sequential model = logit_model();
  model.add(Sigmoid());
  BCELoss loss;
  expect_accuracy(model, loss, column({-0.25, -1, 0.25, 0.375}), column({0, 0, 1, 1}), 0.5, 1);
}

// The threshold is rounded to the precision of the scores, so that a score equal to it does not exceed it.
TEST(PredictedClasses, AScoreEqualToTheThresholdIsNegative) {
  BCEWithLogitsLoss loss;
  for (const double threshold : {0.0, 0.1, 0.3, 0.7}) {
    const auto equal = static_cast<Real>(threshold);
    expect_accuracy(logit_model(), loss, column({equal, std::nextafter(equal, Real{2})}), column({0, 1}), threshold, 1);
  }
}

TEST(PredictedClasses, OfSeveralScoresAreTheLargest) {
  const Tensor scores{{1, 3, 3}, {0, -1, -2}, {-3, -2, -1}};
  EXPECT_EQ(predicted_classes(scores), (Tensor{1, 0, 2}));
  EXPECT_EQ(predicted_classes(scores, 0.5), (Tensor{1, 0, 2}));
  EXPECT_EQ(predicted_classes(zeros({0, 2})).shape(), Shape{0});
  EXPECT_EQ(predicted_classes(Tensor{-1, 0, 2}, 0), (Tensor{0, 0, 1}));
}

TEST(PredictedClasses, OfSingleScoresNeedAThreshold) {
  const Sequential model = logit_model();
  const TensorDataset data(column({-1, 1}), column({0, 1}));
  DataLoader loader{data};
  BCEWithLogitsLoss loss;
  const std::string rest =
      ": expected scores of at least two classes, got (2, 1). A single score per sample needs a threshold: 0 for "
      "logits, "
      "0.5 for probabilities.";
  EXPECT_EQ(message<ShapeError>([&] { evaluate(model, loss, loader, {metrics::accuracy()}); }), "Accuracy" + rest);
  EXPECT_EQ(message<ShapeError>([&] { confusion_matrix(model, loader, no_and_yes); }), "ConfusionMatrix" + rest);
  EXPECT_EQ(message<ShapeError>([&] { predicted_classes(column({-1, 1})); }), "predicted_classes" + rest);
}

TEST(PredictedClasses, RefuseNanAndOtherShapes) {
  EXPECT_EQ(message<ValueError>([] { predicted_classes(Tensor{1}, nan); }),
            "predicted_classes: expected a threshold to compare scores with, got nan.");
  EXPECT_EQ(message<ValueError>([] {
              predicted_classes(Tensor{{1, 0}, {0, nan}});
            }),
            "predicted_classes: expected scores, got nan in row 1.");
  EXPECT_EQ(message<ShapeError>([] {
              predicted_classes(zeros({2, 3, 4}));
            }),
            "predicted_classes: expected scores (N, C) or (N), got (2, 3, 4).");
  EXPECT_THROW(Accuracy({.threshold = nan}), ValueError);
  EXPECT_THROW(BinaryAccuracy({.threshold = nan}), ValueError);
  EXPECT_THROW(ConfusionMatrix(no_and_yes, nan), ValueError);
  EXPECT_THROW(MultilabelConfusionMatrix({"yes"}, nan), ValueError);
}

}  // namespace
}  // namespace minnow
