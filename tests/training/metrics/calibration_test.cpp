#include <minnow/core/error.hpp>
#include <minnow/training/metrics/calibration.hpp>

#include <tests/support/message.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(Calibration, PrintsATable) {
  Calibration calibration(4);
  calibration.add(Tensor{{0.5, 0.25, 0.25}, {0.75, 0.25, 0}}, Tensor{0, 1});
  calibration.add(Tensor{{0, 0, 1}, {0.0625, 0.9375, 0}, {0, 0.9375, 0.0625}}, Tensor{2, 1, 0});
  EXPECT_EQ(calibration.to_string(),
            "confidence       samples  mean confidence  accuracy\n"
            "  0.0- 25.0%           0                -         -\n"
            " 25.0- 50.0%           1            50.0%    100.0%  [##########|#########]\n"
            " 50.0- 75.0%           1            75.0%      0.0%  [              |     ]\n"
            " 75.0-100.0%           3            95.8%     66.7%  [#############     | ]\n"
            "expected calibration error 42.50%, maximum 75.00%\n");
  EXPECT_EQ(calibration.total(), 5u);
}

TEST(Calibration, OfNoSampleIsUndefined) {
  const Calibration none(2);
  EXPECT_TRUE(std::isnan(none.expected_error()));
  EXPECT_TRUE(std::isnan(none.maximum_error()));
  EXPECT_EQ(none.to_string(),
            "confidence       samples  mean confidence  accuracy\n"
            "  0.0- 50.0%           0                -         -\n"
            " 50.0-100.0%           0                -         -\n");
}

TEST(Calibration, AnEdgeBelongsToTheBinBelow) {
  for (const std::size_t n : {1u, 2u, 3u, 7u, 10u, 15u, 49u, 100u}) {
    for (std::size_t i = n / 2 + 1; i <= n; ++i) {
      Calibration on(n), above(n);
      const auto edge = static_cast<Real>(i) / static_cast<Real>(n);
      const bool representable = static_cast<double>(edge) == static_cast<double>(i) / static_cast<double>(n);
      on.add(Tensor{edge}, Tensor{1});
      if (representable) {
        EXPECT_EQ(on.bins()[i - 1].count, 1u) << i << " / " << n;
      }
      if (i == n) continue;
      above.add(Tensor{std::nextafter(edge, Real{1})}, Tensor{1});
      EXPECT_EQ(above.bins()[i].count, 1u) << i << " / " << n;
    }
  }
}

TEST(Calibration, OfTwoClassesIsOfThePredictedOne) {
  Calibration column(10), two(10);
  column.add(Tensor{0.125, 0.5, 0.75}, Tensor{0, 0, 0});
  two.add(Tensor{{0.875, 0.125}, {0.5, 0.5}, {0.25, 0.75}}, Tensor{0, 0, 0});
  EXPECT_EQ(column.to_string(), two.to_string());
  EXPECT_EQ(column.bins()[8].mean_confidence, 0.875);
  EXPECT_EQ(column.bins()[8].accuracy, 1);
  EXPECT_EQ(column.bins()[4].accuracy, 1);  // of equals the first
  EXPECT_EQ(column.bins()[7].accuracy, 0);
}

TEST(Calibration, RefusesLogits) {
  Calibration calibration;
  EXPECT_EQ(message<ValueError>([] { Calibration(0); }), "Calibration: expected at least one bin, got 0.");
  EXPECT_EQ(message<ValueError>([&] {
              calibration.add(Tensor{{1, 0}, {3, -2}}, Tensor{0, 1});
            }),
            "Calibration: expected probabilities in [0, 1], got 3 in row 1. Logits need softmax first.");
  EXPECT_EQ(message<ValueError>([&] {
              calibration.add(Tensor{{1, 0}, {1, 1}}, Tensor{0, 1});
            }),
            "Calibration: expected probabilities that sum to 1, got 2 in row 1.");
  EXPECT_EQ(calibration.total(), 0u);
}

}  // namespace
}  // namespace minnow
