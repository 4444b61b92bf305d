// Every metric equals that of scikit-learn, and gives the same bits for batches of any size.

#include <minnow/training/metrics.hpp>

#include <tests/support/fixture.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

constexpr double bound = 1e-12;  // in float too: inputs are float32 numbers, and all is computed in double

double number(const Json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

/// Returns the rows [begin, end) of a tensor.
Tensor rows(const Tensor& tensor, std::size_t begin, std::size_t end) {
  Shape shape = tensor.shape();
  const std::size_t width = tensor.size() / shape[0];
  shape[0] = end - begin;
  return from({tensor.data() + begin * width, (end - begin) * width}, shape);
}

class MetricsFixture : public ::testing::Test {
 protected:
  /// Calls check(fixture, probabilities, targets) for each case.
  template <class Check>
  void for_each_case(Check check) {
    std::size_t seen = 0;
    for (const Json& fixture : read_fixture("metrics.json")) {
      SCOPED_TRACE(fixture.at("case").get<std::string>());
      check(fixture, fixture_tensor(fixture.at("probabilities")), fixture_tensor(fixture.at("targets")));
      ++seen;
    }
    EXPECT_GE(seen, 20u);
    record_error("worst", worst_);
  }

  void expect_same(double value, double reference, const std::string& what) {
    if (std::isnan(reference) || std::isnan(value)) {
      EXPECT_EQ(std::isnan(value), std::isnan(reference)) << what << ": " << value << ", not " << reference;
      return;
    }
    const double difference = std::abs(value - reference);
    worst_ = std::max(worst_, difference);
    EXPECT_LE(difference, bound) << what << ": " << value << ", not " << reference;
  }

  double worst_ = 0;
};

/// Adds everything to a metric in batches of `size` rows.
template <class Metric>
Metric in_batches(Metric metric, const Tensor& scores, const Tensor& targets, std::size_t size) {
  for (std::size_t i = 0; i < targets.size(); i += size) {
    const std::size_t end = std::min(i + size, targets.size());
    metric.add(rows(scores, i, end), rows(targets, i, end));
  }
  return metric;
}

ConfusionMatrix named(std::size_t classes) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return ConfusionMatrix(names, 0.5);
}

TEST_F(MetricsFixture, ConfusionMatrixIsScikitLearns) {
  for_each_case([&](const Json& fixture, const Tensor& p, const Tensor& targets) {
    const std::size_t classes = fixture.at("classes");
    const ConfusionMatrix matrix = in_batches(named(classes), p, targets, 7);
    const Json& confusion = fixture.at("confusion");
    const auto counts = fixture_tensor<double>(confusion.at("None"));
    for (std::size_t i = 0; i < classes; ++i)
      for (std::size_t j = 0; j < classes; ++j)
        EXPECT_EQ(static_cast<double>(matrix.count(i, j)), counts(i, j)) << i << ", " << j;
    EXPECT_LE(error(matrix.normalized(Normalize::truth), confusion.at("true")), bound);
    EXPECT_LE(error(matrix.normalized(Normalize::prediction), confusion.at("pred")), bound);
    EXPECT_LE(error(matrix.normalized(Normalize::all), confusion.at("all")), bound);
    expect_same(matrix.accuracy(), fixture.at("accuracy"), "accuracy");
    if (p.dimension() == 2) {
      Accuracy accuracy;
      accuracy.add(p, targets);
      EXPECT_EQ(matrix.correct(), accuracy.correct());
    }
  });
}

TEST_F(MetricsFixture, ClassificationScoresAreScikitLearns) {
  for_each_case([&](const Json& fixture, const Tensor& p, const Tensor& targets) {
    const std::size_t classes = fixture.at("classes");
    const ConfusionMatrix matrix = in_batches(named(classes), p, targets, 7);
    const auto expect_scores = [&](const PrecisionRecallF1& s, const Json& precision, const Json& recall,
                                   const Json& f1) {
      expect_same(s.precision, precision, "precision");
      expect_same(s.recall, recall, "recall");
      expect_same(s.f1, f1, "F1");
    };
    const Json& each = fixture.at("precision_recall_f1").at("None");
    for (std::size_t c = 0; c < classes; ++c)
      expect_scores(precision_recall_f1(matrix, c), each[0][c], each[1][c], each[2][c]);
    for (const auto& [name, average] :
         {std::pair{"macro", Average::macro}, {"micro", Average::micro}, {"weighted", Average::weighted}}) {
      const Json& reference = fixture.at("precision_recall_f1").at(name);
      expect_scores(precision_recall_f1(matrix, average), reference[0], reference[1], reference[2]);
    }
    expect_same(balanced_accuracy(matrix), number(fixture.at("balanced_accuracy")), "balanced accuracy");
    expect_same(matthews_correlation(matrix), number(fixture.at("matthews")), "Matthews correlation");
    expect_same(cohens_kappa(matrix), number(fixture.at("kappa")), "Cohen's kappa");
  });
}

TEST_F(MetricsFixture, TopKAccuracyIsScikitLearns) {
  for_each_case([&](const Json& fixture, const Tensor& p, const Tensor& targets) {
    if (!fixture.contains("top_k")) return;
    const auto reference = fixture.at("top_k").get<std::vector<double>>();
    for (std::size_t k = 1; k <= reference.size(); ++k)
      expect_same(in_batches(TopKAccuracy(k), p, targets, 7).value(), reference[k - 1], "k = " + std::to_string(k));
  });
}

TEST_F(MetricsFixture, RankingIsScikitLearns) {
  for_each_case([&](const Json& fixture, const Tensor& p, const Tensor& targets) {
    const auto check = [&](const std::string& name, const auto& per_class, const auto& averaged) {
      const Json& reference = fixture.at(name);
      const std::vector<double> values = per_class(p, targets);
      ASSERT_EQ(values.size(), reference.at("per_class").size());
      for (std::size_t c = 0; c < values.size(); ++c)
        expect_same(values[c], number(reference.at("per_class")[c]), name + " of class " + std::to_string(c));
      expect_same(averaged(p, targets, Average::macro), number(reference.at("macro")), name + ", macro");
      expect_same(averaged(p, targets, Average::micro), number(reference.at("micro")), name + ", micro");
      expect_same(averaged(p, targets, Average::weighted), number(reference.at("weighted")), name + ", weighted");
    };
    check("roc_auc", roc_auc_per_class, roc_auc);
    check("average_precision", average_precision_per_class, average_precision);
  });
}

TEST_F(MetricsFixture, ProbabilityScoresAreScikitLearns) {
  for_each_case([&](const Json& fixture, const Tensor& p, const Tensor& targets) {
    const ProbabilityScores scores = in_batches(ProbabilityScores(), p, targets, 7);
    expect_same(scores.log_loss(), fixture.at("log_loss"), "log loss");
    expect_same(scores.brier_score(), fixture.at("brier"), "Brier score");
  });
}

TEST_F(MetricsFixture, CalibrationIsScikitLearns) {
  for_each_case([&](const Json& fixture, const Tensor& p, const Tensor& targets) {
    const Calibration calibration = in_batches(Calibration(15), p, targets, 7);
    const Json& reference = fixture.at("calibration");
    std::size_t filled = 0;  // scikit-learn leaves empty bins out
    for (std::size_t i = 0; i < 15; ++i) {
      const ReliabilityBin bin = calibration.bins()[i];
      EXPECT_EQ(bin.count, reference.at("counts")[i].get<std::size_t>()) << "bin " << i;
      EXPECT_EQ(std::isnan(bin.accuracy), bin.count == 0);
      if (bin.count == 0) continue;
      expect_same(bin.accuracy, reference.at("accuracy")[filled], "accuracy");
      expect_same(bin.mean_confidence, reference.at("mean_confidence")[filled], "mean confidence");
      ++filled;
    }
    EXPECT_EQ(filled, reference.at("accuracy").size());
    expect_same(calibration.expected_error(), reference.at("ece"), "expected error");
    expect_same(calibration.maximum_error(), reference.at("mce"), "maximum error");
  });
}

TEST_F(MetricsFixture, BatchesOfAnySizeGiveTheSameBits) {
  for_each_case([&](const Json& fixture, const Tensor& p, const Tensor& targets) {
    const std::size_t n = targets.size();
    const ConfusionMatrix matrix = in_batches(named(fixture.at("classes")), p, targets, n);
    const ProbabilityScores scores = in_batches(ProbabilityScores(), p, targets, n);
    const Calibration calibration = in_batches(Calibration(), p, targets, n);
    for (const std::size_t size : {1u, 3u, 16u, 64u}) {
      EXPECT_EQ(in_batches(named(fixture.at("classes")), p, targets, size).to_string(), matrix.to_string());
      const ProbabilityScores parts = in_batches(ProbabilityScores(), p, targets, size);
      EXPECT_EQ(parts.log_loss(), scores.log_loss());
      EXPECT_EQ(parts.brier_score(), scores.brier_score());
      EXPECT_EQ(parts.total(), n);
      const Calibration bins = in_batches(Calibration(), p, targets, size);
      EXPECT_EQ(bins.expected_error(), calibration.expected_error());
      EXPECT_EQ(bins.maximum_error(), calibration.maximum_error());
      EXPECT_EQ(bins.to_string(), calibration.to_string());
      const Predictions gathered = in_batches(Predictions(), p, targets, size);
      EXPECT_EQ(gathered.scores(), p);
      EXPECT_EQ(gathered.targets(), targets);
    }
  });
}

TEST_F(MetricsFixture, AColumnIsReadLikeAVector) {
  for_each_case([&](const Json&, const Tensor& p, const Tensor& targets) {
    if (p.dimension() == 2) return;
    const std::size_t n = targets.size();
    const Tensor column = from({p.data(), n}, {n, 1}), labels = from({targets.data(), n}, {n, 1});
    EXPECT_EQ(in_batches(named(2), column, labels, n).to_string(), in_batches(named(2), p, targets, n).to_string());
    EXPECT_EQ(in_batches(ProbabilityScores(), column, labels, n).log_loss(),
              in_batches(ProbabilityScores(), p, targets, n).log_loss());
    EXPECT_EQ(in_batches(Calibration(), column, labels, n).to_string(),
              in_batches(Calibration(), p, targets, n).to_string());
    expect_same(roc_auc(column, labels), roc_auc(p, targets), "ROC AUC");
    expect_same(average_precision(column, labels), average_precision(p, targets), "average precision");
  });
}

}  // namespace
}  // namespace minnow
