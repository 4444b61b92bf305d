#include <minnow/core/error.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/training/evaluate.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// A metric of a user's own: the mean squared error.
class MeanSquare {
 public:
  void add(const Tensor& scores, const Tensor& targets) {
    for (std::size_t i = 0; i < scores.size(); ++i)
      sum_ += std::pow(static_cast<double>(scores.data()[i] - targets.data()[i]), 2);
    count_ += scores.size();
  }
  double value() const { return sum_ / static_cast<double>(count_); }

 private:
  double sum_ = 0;
  std::size_t count_ = 0;
};

TEST(Metric, IsAValue) {
  Metric metric = metrics::accuracy();
  const Tensor scores{{1, 0}, {0, 1}};
  metric.add(scores, Tensor{0, 0});
  Metric copy = metric;
  copy.add(scores, Tensor{0, 1});
  EXPECT_EQ(metric.value(), 0.5);
  EXPECT_EQ(copy.value(), 0.75);
  copy = metric;  // of the same type
  EXPECT_EQ(copy.value(), 0.5);
  copy = Metric("mse", MeanSquare());  // of another type
  EXPECT_EQ(copy.name(), "mse");
  EXPECT_TRUE(std::isnan(copy.value()));
  const Metric& same = metric;
  metric = same;
  EXPECT_EQ(metric.value(), 0.5);
  Metric moved = std::move(metric);
  EXPECT_EQ(moved.value(), 0.5);
  metric = moved;
  EXPECT_EQ(metric.value(), 0.5);
}

TEST(Metric, HasTheValuesOfItsAccumulator) {
  const Tensor scores{{3, 2, 1}, {0, 1, 2}}, labels{1, 1}, elements{{1, 0, 0}, {0, 0, 1}};
  Metric accuracy = metrics::accuracy({.ignore_index = 1}), top = metrics::top_k_accuracy(2),
         binary = metrics::binary_accuracy({.threshold = 1.5}), own("mse", MeanSquare());
  accuracy.add(scores, labels);
  top.add(scores, labels);
  binary.add(scores, elements);
  own.add(scores, elements);
  EXPECT_TRUE(std::isnan(accuracy.value()));
  EXPECT_EQ(top.value(), 1);
  EXPECT_EQ(binary.value(), 5 / 6.0);
  EXPECT_EQ(own.value(), (4 + 4 + 1 + 0 + 1 + 1) / 6.0);
  EXPECT_EQ(accuracy.name(), "accuracy");
  EXPECT_EQ(top.name(), "top-2 accuracy");
  EXPECT_EQ(binary.name(), "binary accuracy");
}

TEST(MetricValues, AreFoundByName) {
  std::vector<Metric> all{metrics::accuracy(), metrics::top_k_accuracy(2)};
  MetricValues values(all);
  EXPECT_TRUE(std::isnan(values["accuracy"]));
  for (Metric& metric : all) metric.add(Tensor{{3, 2, 1}, {0, 1, 2}}, Tensor{1, 2});
  values.update(all);
  EXPECT_EQ(values["accuracy"], 0.5);
  EXPECT_EQ(values["top-2 accuracy"], 1);
  EXPECT_EQ(values.size(), 2u);
  EXPECT_EQ(values.begin()->name, "accuracy");
  EXPECT_EQ(
      message<ValueError>([&] { static_cast<void>(values["recall"]); }),
      "metrics: expected the name of a metric (accuracy, top-2 accuracy), got 'recall'. Pass the metric to fit or "
      "evaluate.");
  EXPECT_EQ(
      message<ValueError>([] { static_cast<void>(MetricValues()["accuracy"]); }),
      "metrics: expected the name of a metric (there is none), got 'accuracy'. Pass the metric to fit or evaluate.");
}

// On x86, 0 / 0 is a NaN whose sign bit is set, which prints as "-nan".
TEST(MetricValues, WithoutASampleAreNotNegative) {
  const ConfusionMatrix none({"a", "b"});
  const Evaluation nothing = [] {
    Rng rng{1};
    const Dense model(2, 2, rng);
    const TensorDataset data(zeros({0, 2}), zeros({0}));
    DataLoader loader{data};
    CrossEntropyLoss loss;
    return evaluate(model, loss, loader, {metrics::accuracy()});
  }();
  for (const double value :
       {Accuracy().value(), BinaryAccuracy({.threshold = 0}).value(), TopKAccuracy(2).value(), none.accuracy(),
        MultilabelConfusionMatrix({"a"}, 0).accuracy(), balanced_accuracy(none), cohens_kappa(none),
        roc_auc(zeros({0, 3}), zeros({0})), average_precision(zeros({0, 3}), zeros({0})),
        Calibration().expected_error(), Calibration().maximum_error(), Calibration(1).bins()[0].accuracy,
        Calibration(1).bins()[0].mean_confidence, ProbabilityScores().log_loss(), ProbabilityScores().brier_score(),
        nothing.loss, nothing["accuracy"], CrossEntropyLoss().forward(zeros({0, 2}), zeros({0}))}) {
    EXPECT_TRUE(std::isnan(value));
    EXPECT_FALSE(std::signbit(value));
  }
}

TEST(Metric, OfTheLargestScoresNeedsAScorePerClass) {
  EXPECT_EQ(message<ShapeError>([] {
              metrics::top_k_accuracy(2).add(zeros({3, 1}), zeros({3}));
            }),
            "TopKAccuracy: expected scores (N, C) with C >= 2, got (3, 1).");
}

TEST(MetricValues, RefuseTwoMetricsOfOneName) {
  EXPECT_EQ(message<ValueError>([] {
              MetricValues({metrics::accuracy(), metrics::accuracy()});
            }),
            "metrics: expected a different name for each metric, got 'accuracy' twice. Rename one: Metric(\"name\", "
            "accumulator).");
}

}  // namespace
}  // namespace minnow
