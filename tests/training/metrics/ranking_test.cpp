#include <minnow/core/error.hpp>
#include <minnow/training/metrics/ranking.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr Real inf = std::numeric_limits<Real>::infinity();
constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

TEST(Ranking, OfLogitsByHand) {
  const Tensor logits{-3, 0.5, 0.5, 20}, targets{0, 0, 1, 1};
  EXPECT_EQ(roc_auc(logits, targets), 0.875);  // of 4 pairs 3 are won, and one is tied
  EXPECT_EQ(average_precision(logits, targets), 0.5 * 1 + 0.5 * (2.0 / 3));
  EXPECT_EQ(roc_auc(Tensor{-inf, 0, -0.0, inf}, targets), 0.875);
  EXPECT_EQ(roc_auc(Tensor{4, 3, 2, 1}, targets), 0);
}

TEST(Ranking, OfOneClassOrNoSampleIsUndefined) {
  const Tensor scores{1, 2};
  EXPECT_TRUE(std::isnan(roc_auc(scores, Tensor{1, 1})));
  EXPECT_TRUE(std::isnan(roc_auc(scores, Tensor{0, 0})));
  EXPECT_EQ(average_precision(scores, Tensor{1, 1}), 1);
  EXPECT_TRUE(std::isnan(average_precision(scores, Tensor{0, 0})));
  for (const Average average : {Average::macro, Average::micro, Average::weighted})
    for (const Shape& shape : {Shape{0}, Shape{0, 1}, Shape{0, 3}}) {
      EXPECT_TRUE(std::isnan(roc_auc(zeros(shape), zeros({0}), average)));
      EXPECT_TRUE(std::isnan(average_precision(zeros(shape), zeros({0}), average)));
    }
}

TEST(Ranking, ABinaryColumnIsTheSecondOfTwo) {
  const Tensor p{0.25, 0.5, 0.5, 0.75, 1}, targets{0, 1, 0, 0, 1};
  const Tensor two{{0.75, 0.25}, {0.5, 0.5}, {0.5, 0.5}, {0.25, 0.75}, {0, 1}};
  EXPECT_EQ(roc_auc_per_class(p, targets).size(), 1u);
  EXPECT_EQ(roc_auc_per_class(two, targets)[1], roc_auc(p, targets));
  EXPECT_EQ(average_precision_per_class(two, targets)[1], average_precision(p, targets));
}

TEST(Ranking, TheOrderOfTheSamplesChangesNoBit) {
  const Tensor p{0.25, 0.5, 0.5, 0.75, 1, 0.5}, targets{0, 1, 0, 0, 1, 1};
  const Tensor other_p{0.5, 1, 0.75, 0.5, 0.5, 0.25}, other_targets{1, 1, 0, 0, 1, 0};
  EXPECT_EQ(roc_auc(p, targets), roc_auc(other_p, other_targets));
  EXPECT_EQ(average_precision(p, targets), average_precision(other_p, other_targets));
}

TEST(Ranking, SortsAMillion) {
  constexpr std::size_t n = 1'000'000;
  Tensor scores = zeros({n}), targets = zeros({n});
  for (std::size_t i = 0; i < n; ++i) {
    scores(i) = static_cast<Real>((i * 7919) % n);
    targets(i) = (i * 7919) % n >= n / 2 ? 1 : 0;
  }
  EXPECT_EQ(roc_auc(scores, targets), 1);
  EXPECT_EQ(average_precision(scores, targets), 1);
  scores.fill(0);
  EXPECT_EQ(roc_auc(scores, targets), 0.5);
  EXPECT_EQ(average_precision(scores, targets), 0.5);
}

TEST(Ranking, RefusesInvalidScoresAndTargets) {
  EXPECT_EQ(message<ValueError>([] {
              roc_auc(Tensor{1, nan}, Tensor{0, 1});
            }),
            "roc_auc: expected scores, got nan in row 1.");
  EXPECT_EQ(message<ValueError>([] {
              average_precision(Tensor{1, 2}, Tensor{0, 2});
            }),
            "average_precision: expected class indices, whole numbers from 0 to 1, got 2 in row 1.");
  EXPECT_EQ(message<ValueError>([] {
              roc_auc_per_class(Tensor{{1, 0, 0}, {0, 2, -2}}, Tensor{0, 2});
            }),
            "roc_auc_per_class: expected probabilities in [0, 1], got 2 in row 1. Logits need softmax first.");
  EXPECT_EQ(
      message<ShapeError>([] {
        average_precision_per_class(Tensor{1, 2}, Tensor{0, 1, 1});
      }),
      "average_precision_per_class: expected scores (N, C), or (N) for two classes, and class indices (N), got (2) "
      "and (3).");
  EXPECT_THROW(roc_auc(zeros({}), zeros({})), ShapeError);
  EXPECT_THROW(roc_auc(zeros({2, 0}), zeros({2})), ShapeError);
  EXPECT_THROW(roc_auc(zeros({2, 2, 2}), zeros({2})), ShapeError);
}

}  // namespace
}  // namespace minnow
