#include <minnow/core/error.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>

#include <tests/support/fixture.hpp>
#include <tests/support/message.hpp>

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real inf = std::numeric_limits<Real>::infinity();

double relative(double value, double reference) {
  return value == reference ? 0 : std::abs(value - reference) / std::abs(reference);
}

/// Compares value, per_sample and gradient with a fixture for one reduction, and raises the largest errors.
void check_reduction(const Json& fixture, const std::string& name, double& worst_value, double& worst_gradient) {
  CrossEntropyLoss loss({.reduction = name == "sum" ? Reduction::sum : Reduction::mean});
  const double value = loss.forward(fixture_tensor(fixture.at("logits")), fixture_tensor(fixture.at("targets")));
  const double value_error = relative(value, fixture.at(name));
  const double gradient_error = error(loss.backward(), fixture.at("gradient_" + name));
  EXPECT_LE(value_error, tolerance) << name;
  EXPECT_LE(gradient_error, tolerance) << name;
  const auto per_sample = fixture.at("per_sample").get<std::vector<double>>();
  ASSERT_EQ(loss.per_sample().size(), per_sample.size());
  const double largest = *std::max_element(per_sample.begin(), per_sample.end());
  for (std::size_t i = 0; i < per_sample.size(); ++i)
    EXPECT_LE(std::abs(loss.per_sample()[i] - per_sample[i]), tolerance * largest) << "row " << i;
  worst_value = std::max(worst_value, value_error);
  worst_gradient = std::max(worst_gradient, gradient_error);
}

TEST(CrossEntropyLoss, MatchesPyTorch) {
  double value = 0, gradient = 0;
  for (const Json& fixture : read_fixture("cross_entropy_loss.json")) {
    const std::string name = fixture.at("case");
    if (name.rfind("near certain", 0) == 0) continue;  // has a stricter test below
    SCOPED_TRACE(name);
    check_reduction(fixture, "mean", value, gradient);
    check_reduction(fixture, "sum", value, gradient);
  }
  record_error("value", value);
  record_error("gradient", gradient);
}

/// Checks the relative error of each element, not relative to the largest.
void check_near_certain(const std::string& targets) {
  std::size_t found = 0;
  for (const Json& fixture : read_fixture("cross_entropy_loss.json")) {
    if (fixture.at("case") != "near certain, " + targets) continue;
    ++found;
    CrossEntropyLoss loss({.reduction = Reduction::sum});
    loss.forward(fixture_tensor(fixture.at("logits")), fixture_tensor(fixture.at("targets")));
    const auto per_sample = fixture.at("per_sample").get<std::vector<double>>();
    for (std::size_t i = 0; i < per_sample.size(); ++i)
      EXPECT_LE(relative(loss.per_sample()[i], per_sample[i]), tolerance)
          << "row " << i << ": " << loss.per_sample()[i] << " for " << per_sample[i];
    const auto gradient = fixture.at("gradient_sum").at("data").get<std::vector<double>>();
    for (std::size_t i = 0; i < gradient.size(); ++i)
      EXPECT_LE(relative(static_cast<double>(loss.backward().data()[i]), gradient[i]), tolerance)
          << "element " << i << ": " << loss.backward().data()[i] << " for " << gradient[i];
  }
  EXPECT_EQ(found, 1u);
}

// A well-trained model predicts its labels with probabilities close to 1; the small losses must not be lost in
// rounding.
TEST(CrossEntropyLoss, KeepsRelativeAccuracyNearCertainty) {
  check_near_certain("indices");
  check_near_certain("many classes");
}

TEST(CrossEntropyLoss, KeepsRelativeAccuracyNearCertaintyWithOneHotRows) { check_near_certain("one-hot rows"); }

TEST(CrossEntropyLoss, OfAnEmptyBatchIsNaNOrZero) {
  CrossEntropyLoss mean, sum({.reduction = Reduction::sum});
  EXPECT_TRUE(std::isnan(mean.forward(zeros({0, 3}), zeros({0}))));
  EXPECT_TRUE(std::isnan(mean.forward(zeros({0, 3}), zeros({0, 3}))));
  EXPECT_EQ(sum.forward(zeros({0, 3}), zeros({0})), 0);
  EXPECT_EQ(sum.backward().shape(), (Shape{0, 3}));
  EXPECT_TRUE(sum.per_sample().empty());
}

TEST(CrossEntropyLoss, NaNStaysInItsRow) {
  CrossEntropyLoss loss;
  for (const std::size_t at : {0u, 1u, 2u}) {
    Tensor logits{{1, 2, 3}, {1, 2, 3}};
    logits(1, at) = nan;
    EXPECT_TRUE(std::isnan(loss.forward(logits, Tensor{0, 1})));
    EXPECT_TRUE(std::isfinite(loss.per_sample()[0]) && std::isnan(loss.per_sample()[1])) << at;
    for (std::size_t j = 0; j < 3; ++j)
      EXPECT_TRUE(std::isfinite(loss.backward()(0, j)) && std::isnan(loss.backward()(1, j))) << at << ", " << j;
  }
}

TEST(CrossEntropyLoss, LabelsOfProbabilityZeroHaveInfiniteLoss) {
  CrossEntropyLoss loss;
  EXPECT_EQ(loss.forward(Tensor{{-inf, 0, 0}}, Tensor{0}), std::numeric_limits<double>::infinity());
  EXPECT_EQ(loss.backward(), (Tensor{{-1, 0.5, 0.5}}));
  EXPECT_EQ(loss.forward(Tensor{{-inf, 0, -inf}}, Tensor{1}), 0);
  EXPECT_EQ(loss.backward(), (Tensor{{0, 0, 0}}));
}

// softmax(inf, 0) is inf / inf: the loss must be NaN, or training would go on with NaN gradients.
TEST(CrossEntropyLoss, AnInfiniteLogitGivesNaN) {
  CrossEntropyLoss loss;
  for (const Real label : {Real{0}, Real{1}})
    EXPECT_TRUE(std::isnan(loss.forward(Tensor{{inf, 0}}, Tensor{label}))) << label;
  EXPECT_TRUE(std::isnan(loss.forward(Tensor{{inf, 0}}, Tensor{{1, 0}})));
  EXPECT_TRUE(std::isnan(loss.forward(from(std::vector<Real>{inf}, {1, 1}), Tensor{0}))) << "one class";
  EXPECT_TRUE(std::isnan(loss.forward(Tensor{{-inf, -inf}}, Tensor{0}))) << "all -inf";
}

TEST(CrossEntropyLoss, IsIndependentOfALargerBatchBefore) {
  CrossEntropyLoss loss;
  loss.forward(zeros({8, 4}), zeros({8}));
  EXPECT_NEAR(loss.forward(Tensor{{0, 0}}, Tensor{1}), std::log(2.), 1e-7);
  EXPECT_EQ(loss.backward(), (Tensor{{0.5, -0.5}}));
  EXPECT_EQ(loss.per_sample().size(), 1u);
}

TEST(CrossEntropyLoss, ThrowsForMismatchedInputs) {
  CrossEntropyLoss loss;
  const auto shape_message = [&](const Shape& logits, const Shape& targets) {
    return message<ShapeError>([&] { loss.forward(zeros(logits), zeros(targets)); });
  };
  EXPECT_EQ(shape_message({3}, {3}),
            "CrossEntropyLoss: expected a prediction (N, C) or (N, C, ...) with C >= 1, got (3).");
  EXPECT_EQ(shape_message({3, 0}, {3}),
            "CrossEntropyLoss: expected a prediction (N, C) or (N, C, ...) with C >= 1, got (3, 0).");
  EXPECT_EQ(shape_message({3, 2}, {2}),
            "CrossEntropyLoss: expected a target (3) or (3, 2) for a prediction (3, 2), got (2).");
  EXPECT_EQ(shape_message({3, 2}, {3, 1}),
            "CrossEntropyLoss: expected a target (3) or (3, 2) for a prediction (3, 2), got (3, 1).");
  const auto value_message = [&](const Tensor& targets) {
    return message<ValueError>([&] { loss.forward(zeros({2, 3}), targets); });
  };
  for (const Real label : {Real{3}, Real{-1}, Real{0.5}, nan, inf}) {
    const std::string text = value_message(Tensor{0, label});
    EXPECT_NE(text.find("CrossEntropyLoss: expected class indices, whole numbers from 0 to 2"), std::string::npos);
    EXPECT_NE(text.find("in row 1"), std::string::npos) << text;
  }
  EXPECT_EQ(value_message(Tensor{{0, 1, 0}, {0.5, 1.5, -1}}),
            "CrossEntropyLoss: expected target probabilities in [0, 1], got 1.5 in row 1.");
  EXPECT_EQ(value_message(Tensor{{0.5, 0.25, 0}, {0, 1, 0}}),
            "CrossEntropyLoss: expected target probabilities that sum to 1, got 0.75 in row 0.");
  EXPECT_NE(value_message(Tensor{{0, 1, 0}, {0, nan, 0}}).find("got nan in row 1"), std::string::npos);
}

TEST(CrossEntropyLoss, BackwardNeedsASuccessfulForward) {
  CrossEntropyLoss loss;
  EXPECT_EQ(message<Error>([&] { loss.backward(); }),
            "CrossEntropyLoss: expected forward(prediction, target) before backward().");
  loss.forward(zeros({2, 3}), zeros({2}));
  EXPECT_NO_THROW(loss.backward());
  EXPECT_THROW(loss.forward(zeros({2, 3}), Tensor{0, 9}), ValueError);
  EXPECT_THROW(loss.backward(), Error);
}

}  // namespace
}  // namespace minnow
