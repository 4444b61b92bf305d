#include <minnow/core/error.hpp>
#include <minnow/training/metrics/accuracy.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

struct Counts {
  std::size_t correct, total;
};
bool operator==(const Counts& a, const Counts& b) { return a.correct == b.correct && a.total == b.total; }
void PrintTo(const Counts& a, std::ostream* out) { *out << a.correct << " of " << a.total; }

Counts of_classes(const Tensor& scores, const Tensor& targets, const AccuracyOptions& options = {}) {
  Accuracy accuracy(options);
  accuracy.add(scores, targets);
  return {accuracy.correct(), accuracy.total()};
}

Counts of_elements(const Tensor& scores, const Tensor& targets, double threshold) {
  BinaryAccuracy accuracy({.threshold = threshold});
  accuracy.add(scores, targets);
  return {accuracy.correct(), accuracy.total()};
}

TEST(Accuracy, TakesIndicesAndProbabilities) {
  const Tensor scores{{1, 2, 0}, {5, 2, 3}, {0, 0, 1}};
  EXPECT_EQ(of_classes(scores, Tensor{1, 0, 0}), (Counts{2, 3}));
  EXPECT_EQ(of_classes(scores, Tensor{{0, 1, 0}, {1, 0, 0}, {1, 0, 0}}), (Counts{2, 3}));
  EXPECT_EQ(of_classes(zeros({0, 3}), zeros({0})), (Counts{0, 0}));
  EXPECT_TRUE(std::isnan(Accuracy().value()));
  EXPECT_TRUE(std::isnan(BinaryAccuracy({.threshold = 0}).value()));
}

// A network whose scores are all equal has learnt nothing.
TEST(Accuracy, PredictsTheFirstOfEqualScores) { EXPECT_EQ(of_classes(zeros({3, 3}), Tensor{0, 1, 2}), (Counts{1, 3})); }

TEST(Accuracy, CountsARowWithNanAsWrong) {
  EXPECT_EQ(of_classes(Tensor{{nan, nan}, {0, nan}, {1, 0}}, Tensor{0, 1, 0}), (Counts{1, 3}));
}

TEST(Accuracy, LeavesOutIgnoredLabels) {
  EXPECT_EQ(of_classes(Tensor{{1, 0}, {0, 1}, {0, 1}}, Tensor{0, -100, 0}), (Counts{1, 2}));
  EXPECT_EQ(of_classes(Tensor{{1, 0}, {0, 1}, {0, 1}}, Tensor{0, 1, 0}, {.ignore_index = 0}), (Counts{1, 1}));
}

TEST(Accuracy, CountsEveryPosition) {
  const Tensor scores = from(std::vector<Real>{1, 0, 0, 0, 1, 0}, {1, 2, 3});  // classes 0, 1, 0
  EXPECT_EQ(of_classes(scores, Tensor{{0, 1, 1}}), (Counts{2, 3}));
}

TEST(Accuracy, CountsLabelsThatAreNoClassAsWrong) {
  EXPECT_EQ(of_classes(Tensor{{1, 0}, {0, 1}, {0, 1}, {1, 0}}, Tensor{-1, 2, nan, 0}), (Counts{1, 4}));
}

TEST(BinaryAccuracy, CountsEveryElement) {
  EXPECT_EQ(of_elements(Tensor{{0.75, 0.5}, {1, nan}}, Tensor{{1, 0}, {0, 0}}, 0.5), (Counts{2, 4}));
  EXPECT_EQ(of_elements(Tensor{{0.5, -0.25}}, Tensor{{1, 1}}, 0), (Counts{1, 2}));
}

TEST(Accuracy, RefusesShapesThatDoNotFit) {
  EXPECT_THROW(of_classes(zeros({3, 2}), zeros({2})), ShapeError);
  EXPECT_THROW(of_classes(zeros({3, 2}), zeros({3, 3})), ShapeError);
  EXPECT_THROW(of_classes(zeros({3}), zeros({3})), ShapeError);
  EXPECT_THROW(of_elements(zeros({3}), zeros({2}), 0), ShapeError);
  EXPECT_EQ(
      message<ShapeError>([] { of_classes(zeros({3}), zeros({3})); }),
      "Accuracy: expected scores of at least two classes, got (3). A single score per sample needs a threshold: 0 for "
      "logits, 0.5 for probabilities.");
  EXPECT_EQ(message<ShapeError>([] {
              of_classes(zeros({3, 2}), zeros({3, 1}));
            }),
            "Accuracy: expected targets that fit the scores (3, 2), got (3, 1).");
}

TEST(Accuracy, AddsBatches) {
  Accuracy accuracy;
  accuracy.add(Tensor{{1, 0}, {0, 1}}, Tensor{0, 0});
  accuracy.add(Tensor{{1, 0}, {0, 1}}, Tensor{0, 1});
  EXPECT_EQ(accuracy.value(), 0.75);
}

}  // namespace
}  // namespace minnow
