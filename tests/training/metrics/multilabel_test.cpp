// Samples with any number of labels: every measure equals that of scikit-learn.

#include <minnow/core/error.hpp>
#include <minnow/training/metrics.hpp>

#include <tests/support/fixture.hpp>
#include <tests/support/message.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

constexpr double bound = 1e-12;  // in float too: inputs are float32 numbers, and all is computed in double

void expect_same(double value, const Json& reference, const std::string& what) {
  if (reference.is_null())
    EXPECT_TRUE(std::isnan(value)) << what << ": " << value;
  else
    EXPECT_NEAR(value, reference.get<double>(), bound) << what;
}

/// Calls check(fixture, scores, targets, matrix) for each case. The matrix has counted all samples, 7 at a time.
template <class Check>
void for_each_case(Check check) {
  std::size_t seen = 0;
  for (const Json& fixture : read_fixture("multilabel_metrics.json")) {
    SCOPED_TRACE(fixture.at("case").get<std::string>());
    const Tensor scores = fixture_tensor(fixture.at("scores")), targets = fixture_tensor(fixture.at("targets"));
    const std::size_t labels = scores.shape()[1];
    MultilabelConfusionMatrix matrix(std::vector<std::string>(labels, "label"), fixture.at("threshold"));
    for (std::size_t i = 0; i < scores.shape()[0]; i += 7) {
      const std::size_t n = std::min<std::size_t>(7, scores.shape()[0] - i);
      matrix.add(from({scores.data() + i * labels, n * labels}, {n, labels}),
                 from({targets.data() + i * labels, n * labels}, {n, labels}));
    }
    check(fixture, scores, targets, matrix);
    ++seen;
  }
  EXPECT_EQ(seen, 16u);
}

TEST(Multilabel, CountsAreScikitLearns) {
  for_each_case([](const Json& fixture, const Tensor&, const Tensor&, const MultilabelConfusionMatrix& matrix) {
    const auto counts = fixture_tensor<double>(fixture.at("confusion"));  // (C, 2, 2)
    for (std::size_t c = 0; c < matrix.label_names().size(); ++c)
      for (const std::size_t truth : {0u, 1u})
        for (const std::size_t predicted : {0u, 1u})
          EXPECT_EQ(static_cast<double>(matrix[c].count(truth, predicted)), counts(c, truth, predicted)) << c;
  });
}

TEST(Multilabel, AccuraciesAreScikitLearns) {
  for_each_case(
      [](const Json& fixture, const Tensor& scores, const Tensor& targets, const MultilabelConfusionMatrix& matrix) {
        Metric exact = metrics::accuracy({.threshold = fixture.at("threshold").get<double>()});
        Metric each = metrics::binary_accuracy({.threshold = fixture.at("threshold")});
        exact.add(scores, targets);
        each.add(scores, targets);
        expect_same(matrix.accuracy(), fixture.at("accuracy"), "accuracy");
        expect_same(exact.value(), fixture.at("accuracy"), "accuracy");
        expect_same(each.value(), fixture.at("binary_accuracy"), "binary accuracy");
        EXPECT_EQ(matrix.total(), scores.shape()[0]);
      });
}

TEST(Multilabel, PrecisionRecallAndF1AreScikitLearns) {
  for_each_case([](const Json& fixture, const Tensor&, const Tensor&, const MultilabelConfusionMatrix& matrix) {
    const Json& references = fixture.at("precision_recall_f1");
    const Json& each = references.at("None");
    const auto check = [](const PrecisionRecallF1& s, const Json& precision, const Json& recall, const Json& f1) {
      expect_same(s.precision, precision, "precision");
      expect_same(s.recall, recall, "recall");
      expect_same(s.f1, f1, "F1");
    };
    for (std::size_t c = 0; c < matrix.label_names().size(); ++c)
      check(precision_recall_f1(matrix, c), each[0][c], each[1][c], each[2][c]);
    for (const auto& [name, average] :
         {std::pair{"macro", Average::macro}, {"micro", Average::micro}, {"weighted", Average::weighted}}) {
      const Json& reference = references.at(name);
      check(precision_recall_f1(matrix, average), reference[0], reference[1], reference[2]);
    }
  });
}

TEST(Multilabel, RankingIsScikitLearns) {
  for_each_case([](const Json& fixture, const Tensor& scores, const Tensor& targets, const auto&) {
    const auto check = [&](const std::string& name, const auto& per_class, const auto& averaged) {
      const Json& reference = fixture.at(name);
      const std::vector<double> values = per_class(scores, targets);
      ASSERT_EQ(values.size(), reference.at("per_class").size());
      for (std::size_t c = 0; c < values.size(); ++c) expect_same(values[c], reference.at("per_class")[c], name);
      expect_same(averaged(scores, targets, Average::macro), reference.at("macro"), name + ", macro");
      expect_same(averaged(scores, targets, Average::micro), reference.at("micro"), name + ", micro");
      expect_same(averaged(scores, targets, Average::weighted), reference.at("weighted"), name + ", weighted");
    };
    check("roc_auc", roc_auc_per_class, roc_auc);
    check("average_precision", average_precision_per_class, average_precision);
  });
}

TEST(Multilabel, PrintsAReport) {
  MultilabelConfusionMatrix matrix({"dog", "Siberian tiger"}, 0);
  matrix.add(Tensor{{1, -1}, {1, 1}, {-1, 1}, {2, -2}}, Tensor{{1, 0}, {0, 1}, {0, 0}, {1, 1}});
  EXPECT_EQ(classification_report(matrix),
            "                precision   recall       F1    samples\n"
            "dog                 0.667    1.000    0.800          2\n"
            "Siberian tiger      0.500    0.500    0.500          2\n"
            "\n"
            "micro mean          0.600    0.750    0.667          4\n"
            "macro mean          0.583    0.750    0.650          4\n"
            "weighted mean       0.583    0.750    0.650          4\n");
  EXPECT_EQ(matrix.exact(), 1u);
  EXPECT_EQ(matrix[0].to_string(),
            "true \\ predicted       no      yes   recall\n"
            "no                      1        1    50.0%\n"
            "yes                     0        2   100.0%\n");
  EXPECT_EQ(matthews_correlation(matrix[1]), 0);
}

TEST(Multilabel, OfNoSample) {
  const MultilabelConfusionMatrix none({"dog", "cat"}, 0);
  EXPECT_TRUE(std::isnan(none.accuracy()));
  EXPECT_EQ(precision_recall_f1(none, Average::micro).f1, 0);
  EXPECT_TRUE(std::isnan(roc_auc(zeros({0, 2}), zeros({0, 2}))));
}

// A pixel is right if all of its labels are.
TEST(Multilabel, AccuracyCountsEveryPixel) {
  Accuracy accuracy({.threshold = 0.5});
  accuracy.add(from(std::vector<Real>{1, 0, 0, 1, 1, 0}, {1, 2, 3}),
               from(std::vector<Real>{1, 0, 1, 1, 0, 0}, {1, 2, 3}));
  EXPECT_EQ(accuracy.correct(), 1u);
  EXPECT_EQ(accuracy.total(), 3u);
  Accuracy mask({.threshold = 0});
  mask.add(from(std::vector<Real>{1, -1, 1, -1}, {1, 1, 2, 2}), from(std::vector<Real>{1, 0, 0, -100}, {1, 2, 2}));
  EXPECT_EQ(mask.correct(), 2u);
  EXPECT_EQ(mask.total(), 3u);
}

// Softmax rows that were rounded to three digits: scikit-learn #16568.
TEST(Multilabel, RowsOfRoundedProbabilitiesAreAccepted) {
  const Tensor rounded = from({{0.333, 0.333, 0.333}, {0.667, 0.167, 0.167}, {0.1, 0.7, 0.2}, {0.1, 0.2, 0.7}}),
               targets{0, 0, 2, 1};
  EXPECT_EQ(roc_auc_per_class(rounded, targets), (std::vector<double>{1, 1.0 / 3, 1.0 / 3}));
  EXPECT_NEAR(average_precision(rounded, targets), 5.0 / 9, bound);
  ProbabilityScores scores;
  scores.add(rounded, targets);
  const auto log_of = [](double p) { return std::log(static_cast<double>(static_cast<Real>(p))); };
  EXPECT_NEAR(scores.log_loss(), -(log_of(0.333) + log_of(0.667) + 2 * log_of(0.2)) / 4, bound);
  Calibration calibration(2);
  calibration.add(rounded, targets);
  EXPECT_EQ(calibration.total(), 4u);
  Tensor hundred = zeros({1, 100});
  for (Real& p : hundred.storage()) p = static_cast<Real>(0.0105);
  scores = {};
  scores.add(hundred, Tensor{5});
  EXPECT_NEAR(scores.log_loss(), -log_of(0.0105), bound);
}

TEST(Multilabel, RefusesInvalidBatchesAndAddsNothing) {
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  MultilabelConfusionMatrix matrix({"dog", "cat"}, 0);
  const auto text = [&](const Tensor& scores, const Tensor& targets) {
    return message<ValueError>([&] { matrix.add(scores, targets); });
  };
  EXPECT_EQ(text(Tensor{{1, 0}, {0, 1}}, Tensor{{1, 0}, {0.5, 1}}),
            "MultilabelConfusionMatrix: expected targets of 0 and 1, got 0.5 in row 1.");
  EXPECT_EQ(text(Tensor{{1, 0}, {nan, 1}}, Tensor{{1, 0}, {0, 1}}),
            "MultilabelConfusionMatrix: expected scores, got nan in row 1.");
  EXPECT_EQ(message<ShapeError>([&] {
              matrix.add(zeros({2, 3}), zeros({2, 3}));
            }),
            "MultilabelConfusionMatrix: expected scores (N, 2) and targets (N, 2) of 0 and 1, got (2, 3) and (2, 3).");
  EXPECT_THROW(matrix.add(zeros({2, 2}), zeros({2})), ShapeError);
  EXPECT_EQ(matrix.total() + matrix[0].total(), 0u);
  EXPECT_EQ(message<ValueError>([&] { static_cast<void>(matrix[2]); }),
            "MultilabelConfusionMatrix: expected a label below 2, got 2.");
  EXPECT_EQ(message<ValueError>([] { MultilabelConfusionMatrix({}, 0); }),
            "MultilabelConfusionMatrix: expected at least one label, got none.");
  EXPECT_EQ(message<ValueError>([] {
              roc_auc(Tensor{{1, 0}, {0, 1}}, Tensor{{1, 0}, {2, 1}});
            }),
            "roc_auc: expected targets of 0 and 1, got 2 in row 1.");
  Accuracy accuracy;
  EXPECT_EQ(
      message<ValueError>([&] {
        accuracy.add(Tensor{{2, 1, -1}, {1, 2, 3}}, Tensor{{1, 0, 0}, {0, 1, 1}});
      }),
      "Accuracy: expected the probabilities of classes as targets, got 2 labels in row 1. Labels need a threshold: 0 "
      "for logits, 0.5 for probabilities.");
  EXPECT_EQ(accuracy.total(), 0u);
}

}  // namespace
}  // namespace minnow
