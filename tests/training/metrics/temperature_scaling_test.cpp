#include <minnow/core/error.hpp>
#include <minnow/training/metrics/probability_scores.hpp>
#include <minnow/training/metrics/temperature_scaling.hpp>
#include <minnow/training/predictions.hpp>

#include <tests/support/fixture.hpp>
#include <tests/support/message.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

TEST(FitTemperature, FindsTheMinimumToDoublePrecision) {
  double worst = 0;
  for (const Json& fixture : read_fixture("temperature_scaling.json")) {
    SCOPED_TRACE(fixture.at("case").get<std::string>());
    const Tensor logits = fixture_tensor(fixture.at("logits")), targets = fixture_tensor(fixture.at("targets"));
    const double reference = fixture.at("temperature");
    const double t = fit_temperature(logits, targets);
    EXPECT_LE(std::abs(t / reference - 1), 1e-14) << t << ", not " << reference;
    worst = std::max(worst, std::abs(t / reference - 1));
  }
  record_error("worst", worst);
}

TEST(FitTemperature, NoOtherTemperatureHasALowerLoss) {
  for (const Json& fixture : read_fixture("temperature_scaling.json")) {
    SCOPED_TRACE(fixture.at("case").get<std::string>());
    const Tensor logits = fixture_tensor(fixture.at("logits")), targets = fixture_tensor(fixture.at("targets"));
    const auto loss = [&](double temperature) {
      ProbabilityScores scores;
      scores.add(probabilities(logits, temperature), targets);
      return scores.log_loss();
    };
    const double best = fit_temperature(logits, targets);
    for (const double factor : {0.5, 0.9, 1.1, 2.0}) EXPECT_LE(loss(best), loss(best * factor) + 1e-7) << factor;
  }
}

TEST(FitTemperature, IsBoundedWhenThereIsNoMinimum) {
  EXPECT_EQ(fit_temperature(Tensor{{1, 0}, {0, 5}}, Tensor{0, 1}), min_temperature);        // all right
  EXPECT_EQ(fit_temperature(Tensor{{1, 0, 1}, {0, 5, 0}}, Tensor{0, 1}), min_temperature);  // or tied
  EXPECT_EQ(fit_temperature(Tensor{{1, 0}, {0, 5}}, Tensor{1, 0}), max_temperature);        // all wrong
  EXPECT_EQ(fit_temperature(Tensor{{1, 0}, {1, 0}}, Tensor{1, 0}), max_temperature);        // chance
  EXPECT_EQ(fit_temperature(Tensor{-1, 5}, Tensor{0, 1}), min_temperature);
  EXPECT_EQ(fit_temperature(Tensor{-1, 5}, Tensor{1, 0}), max_temperature);
  EXPECT_EQ(fit_temperature(Tensor{{4, 4}, {-3, -3}}, Tensor{0, 1}), 1);  // nothing to scale
  EXPECT_EQ(fit_temperature(Tensor{0, 0}, Tensor{0, 1}), 1);
  const Real huge = std::numeric_limits<Real>::max() / 4;
  const double t = fit_temperature(Tensor{{huge, -huge}, {huge, -huge}}, Tensor{0, 1});
  EXPECT_TRUE(t >= min_temperature && t <= max_temperature);
}

TEST(FitTemperature, ScalesWithTheLogits) {
  const Tensor logits{{2, 0, 1}, {0, 1, 3}, {1, 0, 0.5}}, targets{0, 1, 0};
  const double t = fit_temperature(logits, targets);
  EXPECT_EQ(fit_temperature(Tensor(logits), targets), t);
  for (const Real factor : {Real{0.0625}, Real{4}, Real{1024}}) {
    Tensor scaled = logits;
    for (Real& x : scaled) x *= factor;
    EXPECT_NEAR(fit_temperature(scaled, targets) / (t * static_cast<double>(factor)), 1, 1e-14);
  }
}

TEST(FitTemperature, RefusesInvalidLogitsAndTargets) {
  const Real inf = std::numeric_limits<Real>::infinity();
  EXPECT_EQ(message<ShapeError>([] {
              fit_temperature(zeros({0, 3}), zeros({0}));
            }),
            "fit_temperature: expected at least one sample, got none.");
  EXPECT_EQ(message<ValueError>([&] {
              fit_temperature(Tensor{{1, 0}, {0, -inf}}, Tensor{0, 1});
            }),
            "fit_temperature: expected finite logits, got -inf in row 1.");
  EXPECT_EQ(message<ValueError>([] {
              fit_temperature(zeros({2, 3}), Tensor{0, 3});
            }),
            "fit_temperature: expected class indices, whole numbers from 0 to 2, got 3 in row 1.");
  EXPECT_EQ(
      message<ShapeError>([] {
        fit_temperature(zeros({2, 3}), zeros({2, 3}));
      }),
      "fit_temperature: expected scores (N, C), or (N) for two classes, and class indices (N), got (2, 3) and (2, "
      "3).");
}

TEST(FitTemperature, TakesLogitsFarApart) {
  EXPECT_EQ(fit_temperature(Tensor{{1e9, 0}, {0, 1e9}}, Tensor{0, 1}), min_temperature);
  EXPECT_EQ(fit_temperature(Tensor{{1e9, 0}, {0, 1e9}, {1e9, 0}}, Tensor{1, 0, 1}), max_temperature);
}

}  // namespace
}  // namespace minnow
