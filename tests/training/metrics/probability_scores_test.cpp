#include <minnow/core/error.hpp>
#include <minnow/training/metrics/probability_scores.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(ProbabilityScores, LayerByLayer) {
  ProbabilityScores two, binary;
  EXPECT_TRUE(std::isnan(two.log_loss()));
  EXPECT_TRUE(std::isnan(two.brier_score()));
  two.add(Tensor{{0.75, 0.25}, {0.5, 0.5}}, Tensor{0, 1});
  binary.add(Tensor{0.25, 0.5}, Tensor{0, 1});
  EXPECT_DOUBLE_EQ(two.log_loss(), -(std::log(0.75) + std::log(0.5)) / 2);
  EXPECT_DOUBLE_EQ(binary.log_loss(), two.log_loss());
  EXPECT_EQ(two.brier_score(), (2 * 0.0625 + 2 * 0.25) / 2);
  EXPECT_EQ(binary.brier_score(), two.brier_score() / 2);
}

TEST(ProbabilityScores, BoundTheLossOfAProbabilityOfZero) {
  const double most = 52 * std::log(2.0);
  for (const Real truth : {Real{0}, Real{1}}) {
    ProbabilityScores two, binary;
    two.add(truth == 1 ? Tensor{{1, 0}} : Tensor{{0, 1}}, Tensor{truth});
    binary.add(Tensor{1 - truth}, Tensor{truth});
    EXPECT_DOUBLE_EQ(two.log_loss(), most);
    EXPECT_DOUBLE_EQ(binary.log_loss(), most);
    EXPECT_EQ(two.brier_score(), 2);
    EXPECT_EQ(binary.brier_score(), 1);
  }
  ProbabilityScores certain;
  certain.add(Tensor{{1, 0}, {0, 1}}, Tensor{0, 1});
  EXPECT_EQ(certain.log_loss(), 0);
}

TEST(ProbabilityScores, RefuseOtherValuesThanProbabilitiesAndAddNothing) {
  constexpr Real inf = std::numeric_limits<Real>::infinity(), nan = std::numeric_limits<Real>::quiet_NaN();
  ProbabilityScores scores;
  const auto text = [&](const Tensor& p) { return message<ValueError>([&] { scores.add(p, Tensor{0, 1}); }); };
  EXPECT_EQ(text(Tensor{{1, 0}, {1.5, -0.5}}),
            "ProbabilityScores: expected probabilities in [0, 1], got 1.5 in row 1. Logits need softmax first.");
  EXPECT_EQ(text(Tensor{{1, 0}, {-inf, inf}}),
            "ProbabilityScores: expected probabilities in [0, 1], got -inf in row 1. Logits need softmax first.");
  EXPECT_EQ(text(Tensor{0.5, -2}),
            "ProbabilityScores: expected probabilities in [0, 1], got -2 in row 1. Logits need sigmoid first.");
  EXPECT_EQ(text(Tensor{{1, 0}, {0.5, 0.25}}),
            "ProbabilityScores: expected probabilities that sum to 1, got 0.75 in row 1.");
  EXPECT_EQ(text(Tensor{{1, 0}, {nan, 0}}), "ProbabilityScores: expected scores, got nan in row 1.");
  EXPECT_EQ(message<ValueError>([&] {
              scores.add(Tensor{{1, 0}, {0, 1}}, Tensor{0, -1});
            }),
            "ProbabilityScores: expected class indices, whole numbers from 0 to 1, got -1 in row 1.");
  EXPECT_EQ(scores.total(), 0u);
  scores.add(Tensor{{1, 0}, {0.5, 0.49993896484375}}, Tensor{0, 1});  // sums to 1 within 1e-4
  EXPECT_EQ(message<ShapeError>([&] {
              scores.add(Tensor{0.5, 0.5}, Tensor{0, 1});
            }),
            "ProbabilityScores: expected 2 columns, as in earlier batches, got 1.");
  EXPECT_EQ(scores.total(), 2u);
}

}  // namespace
}  // namespace minnow
