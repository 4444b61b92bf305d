#include <minnow/core/error.hpp>
#include <minnow/training/metrics/classification_report.hpp>
#include <minnow/training/metrics/classification_scores.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(ClassificationReport, PrintsATable) {
  ConfusionMatrix matrix({"dog", "cat", "Siberian tiger"});
  matrix.add(Tensor{{2, 1, 0}, {0, 1, 0}, {0, 1, 0}, {0, 1, 0}}, Tensor{0, 0, 1, 1});
  EXPECT_EQ(classification_report(matrix),
            "                precision   recall       F1    samples\n"
            "dog                 1.000    0.500    0.667          2\n"
            "cat                 0.667    1.000    0.800          2\n"
            "Siberian tiger      0.000    0.000    0.000          0\n"
            "\n"
            "accuracy                              0.750          4\n"
            "macro mean          0.556    0.500    0.489          4\n"
            "weighted mean       0.833    0.750    0.733          4\n");
}

TEST(ClassificationReport, AlignsNamesOfAnyScript) {
  EXPECT_EQ(classification_report(ConfusionMatrix({"東北虎と猎豹猎豹", "caf\xE9"})),
            "                  precision   recall       F1    samples\n"
            "東北虎と猎豹猎豹      0.000    0.000    0.000          0\n"
            "caf\\xE9               0.000    0.000    0.000          0\n"
            "\n"
            "accuracy                                    -          0\n"
            "macro mean            0.000    0.000    0.000          0\n"
            "weighted mean         0.000    0.000    0.000          0\n");
}

TEST(ClassificationReport, OfNoSampleHasNoAccuracy) {
  EXPECT_EQ(classification_report(ConfusionMatrix({"a", "b"})),
            "               precision   recall       F1    samples\n"
            "a                  0.000    0.000    0.000          0\n"
            "b                  0.000    0.000    0.000          0\n"
            "\n"
            "accuracy                                 -          0\n"
            "macro mean         0.000    0.000    0.000          0\n"
            "weighted mean      0.000    0.000    0.000          0\n");
}

TEST(ClassificationScores, OfNoSample) {
  const ConfusionMatrix none({"a", "b"});
  EXPECT_EQ(precision_recall_f1(none, Average::micro).f1, 0);
  EXPECT_TRUE(std::isnan(balanced_accuracy(none)));
  EXPECT_EQ(matthews_correlation(none), 0);
  EXPECT_TRUE(std::isnan(cohens_kappa(none)));
  EXPECT_THROW(precision_recall_f1(none, 2), ValueError);
}

}  // namespace
}  // namespace minnow
