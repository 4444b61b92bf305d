// Numerical examples from textbooks and papers, compared to the printed digits.

#include <minnow/core/labels.hpp>
#include <minnow/core/math/kernels.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/losses/entropy.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace minnow;

/// Half a unit in the last printed decimal.
double half_unit(int decimals) { return 0.5 * std::pow(10.0, -decimals); }

void expect_figures(const DoubleTensor& values, const std::vector<double>& figures, int decimals) {
  ASSERT_EQ(values.size(), figures.size());
  for (std::size_t i = 0; i < figures.size(); ++i) EXPECT_NEAR(values(i), figures[i], half_unit(decimals)) << i;
}

double cost(const DoubleTensor& p, const DoubleTensor& t, Unit unit = Unit::nats) {
  return cross_entropy(p, t, unit)();
}

const DoubleTensor scores{3.2, 1.3, 0.2, 0.8};  // dog, cat, horse, cheetah
const DoubleTensor dog{1, 0, 0, 0};

TEST(WorkedFigures, SoftmaxOfTheFourScores) {
  const double exponentials[] = {24.5325, 3.6693, 1.2214, 2.2255};
  const DoubleTensor p = softmax(scores), log_p = log_softmax(scores);
  expect_figures(p, {0.775, 0.116, 0.039, 0.070}, 3);
  double sum = 0, total = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(std::exp(scores(i)), exponentials[i], half_unit(4));
    sum += std::exp(scores(i));
    total += p(i);
  }
  EXPECT_NEAR(total, 1, 1e-15);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(p(i), std::exp(scores(i)) / sum, 1e-15);
    EXPECT_NEAR(log_p(i), std::log(p(i)), 1e-14);
  }
}

TEST(WorkedFigures, CrossEntropyOfTheFourScoresInBitsAndNats) {
  const DoubleTensor p = softmax(scores);
  EXPECT_NEAR(cost(p, dog, Unit::bits), 0.3675, half_unit(4));
  EXPECT_NEAR(cost(p, dog), 0.2547, half_unit(4));
  const DoubleTensor printed{0.775, 0.116, 0.039, 0.070};
  EXPECT_NEAR(cost(printed, dog, Unit::bits), 0.3677, half_unit(4));
  EXPECT_NEAR(cost(printed, dog), 0.2549, half_unit(4));
}

TEST(WorkedFigures, TrainingUsesNats) {
  Tensor logits = zeros({1, 4});
  for (std::size_t i = 0; i < 4; ++i) logits(0, i) = static_cast<Real>(scores(i));
  CrossEntropyLoss loss;
  EXPECT_NEAR(loss.forward(logits, zeros({1})), 0.2547, half_unit(4));
}

TEST(WorkedFigures, CrossEntropyAfterTraining) {
  const double bits = cost({0.938, 0.02, 0.02, 0.022}, dog, Unit::bits);
  EXPECT_NEAR(bits, 0.0923, half_unit(4));
  EXPECT_GT(std::abs(bits - 0.095), half_unit(3));  // as printed in one source
}

TEST(WorkedFigures, APerfectPredictionHasLossZero) {
  EXPECT_EQ(cost(dog, dog, Unit::bits), 0);
  EXPECT_EQ(cost(dog, dog), 0);
  EXPECT_EQ(binary_cross_entropy(DoubleTensor{1, 0}, DoubleTensor{1, 0}), (DoubleTensor{0, 0}));
}

TEST(WorkedFigures, TheLossIsUnbounded) {
  const double p[] = {1, 0.5, 0.25, 0.1, 0.01, 0.001, 0}, infinite = std::numeric_limits<double>::infinity();
  const double bits[] = {0, 1, 2, 3.3219, 6.6439, 9.9658, infinite};
  for (std::size_t i = 0; i + 1 < 7; ++i)
    EXPECT_NEAR(cost({p[i], 1 - p[i]}, {1, 0}, Unit::bits), bits[i], half_unit(4)) << p[i];
  EXPECT_EQ(cost({p[6], 1}, {1, 0}, Unit::bits), infinite);
}

TEST(WorkedFigures, SoftmaxDependsOnDifferencesDividingByTheSumDoesNot) {
  expect_figures(softmax(DoubleTensor{2, 4}), {0.119, 0.881}, 3);
  expect_figures(softmax(DoubleTensor{4, 8}), {0.018, 0.982}, 3);
  for (const DoubleTensor& z : {DoubleTensor{2, 4}, DoubleTensor{4, 8}})
    expect_figures({z(0) / (z(0) + z(1)), z(1) / (z(0) + z(1))}, {0.333, 0.667}, 3);
}

TEST(WorkedFigures, SoftmaxAcceptsNegativeScores) {
  const DoubleTensor z{2, -1};
  EXPECT_GT(z(0) / (z(0) + z(1)), 1);  // dividing by the sum gives no probabilities
  EXPECT_LT(z(1) / (z(0) + z(1)), 0);
  expect_figures(softmax(z), {0.953, 0.047}, 3);
  expect_figures(softmax(DoubleTensor{-2, -4}), {0.881, 0.119}, 3);
}

TEST(WorkedFigures, EntropiesOfTheUrns) {
  const DoubleTensor urns{{26.0 / 30, 4.0 / 30}, {14.0 / 30, 16.0 / 30}, {29.0 / 30, 1.0 / 30}};
  expect_figures(entropy(urns, Unit::bits), {0.5665, 0.9968, 0.2108}, 4);
}

TEST(WorkedFigures, EntropyOfFourEqualClasses) {
  const DoubleTensor equal{0.25, 0.25, 0.25, 0.25};
  EXPECT_EQ(entropy(equal, Unit::bits)(), 2);
  EXPECT_NEAR(entropy(equal)(), std::log(4.0), 1e-15);
}

TEST(WorkedFigures, TheProductWithOneHotSelectsTheLabel) {
  const DoubleTensor p{0.7, 0.2, 0.1}, t{1, 0, 0};
  EXPECT_DOUBLE_EQ(p(0) * t(0) + p(1) * t(1) + p(2) * t(2), 0.7);
  const double bits = cost(p, t, Unit::bits);
  EXPECT_NEAR(bits, 0.5145731728, half_unit(10));
  EXPECT_NEAR(std::exp2(-bits), 0.7, 1e-15);
}

TEST(WorkedFigures, LossesOfTwoSamplesAndTheirLikelihood) {
  const DoubleTensor p{{0.1, 0.3, 0.6}, {0.2, 0.3, 0.5}}, labels{0, 2};
  const DoubleTensor losses = cross_entropy(p, labels);
  expect_figures(losses, {2.302585093, 0.693147181}, 9);
  EXPECT_NEAR(losses(0) + losses(1), 2.99573227, half_unit(8));
  EXPECT_NEAR(losses(0) + losses(1), -std::log(0.1 * 0.5), 1e-15);
  EXPECT_EQ(cross_entropy(p, one_hot(labels, 3)), losses);

  Tensor logits = zeros({2, 3});  // softmax of log p is p
  for (std::size_t i = 0; i < p.size(); ++i) logits.data()[i] = static_cast<Real>(std::log(p.data()[i]));
  Tensor targets = zeros({2});
  targets(1) = 2;
  CrossEntropyLoss mean, sum({.reduction = Reduction::sum});
  EXPECT_NEAR(mean.forward(logits, targets), 1.49786614, 1e-6);
  EXPECT_NEAR(sum.forward(logits, targets), 2.99573227, 1e-6);
  EXPECT_NEAR(mean.per_sample()[0], 2.30258509, 1e-6);
  EXPECT_NEAR(mean.per_sample()[1], 0.69314718, 1e-6);
}

TEST(WorkedFigures, BinaryCrossEntropyOfEachTarget) {
  for (const double p : {0.9, 0.7, 0.2, 1e-12}) {
    EXPECT_DOUBLE_EQ(binary_cross_entropy(DoubleTensor{p}, DoubleTensor{1})(0), -std::log(p));
    EXPECT_DOUBLE_EQ(binary_cross_entropy(DoubleTensor{p}, DoubleTensor{0})(0), -std::log1p(-p));
  }
}

TEST(WorkedFigures, BinaryCrossEntropyEqualsCrossEntropyOfTwoClasses) {
  for (const double p : {0.9, 0.7, 0.2})
    for (const double t : {1.0, 0.0, 0.3})
      EXPECT_NEAR(binary_cross_entropy(DoubleTensor{p}, DoubleTensor{t})(0), cost({p, 1 - p}, {t, 1 - t}), 1e-15);
}

TEST(WorkedFigures, SigmoidEqualsSoftmaxWithAZeroLogit) {
  for (const double z : {-30.0, -3.0, -0.5, 0.0, 2.0, 30.0}) {
    const DoubleTensor both = softmax(DoubleTensor{z, 0});
    const double p = 1 / (1 + std::exp(-z));
    EXPECT_NEAR(both(0), p, 1e-15);
    EXPECT_NEAR(binary_cross_entropy(DoubleTensor{both(0)}, DoubleTensor{1})(0), cost(both, {1, 0}), 1e-15);
    const auto x = static_cast<Real>(z);
    Real y = 0;
    kernels::sigmoid(&x, &y, 1);
    EXPECT_NEAR(static_cast<double>(y), p, 2 * static_cast<double>(std::numeric_limits<Real>::epsilon()));
  }
}

/// points: (N, D).
double distance(const DoubleTensor& points, std::size_t i, std::size_t j) {
  double squares = 0;
  for (std::size_t k = 0; k < points.shape()[1]; ++k) squares += std::pow(points(i, k) - points(j, k), 2);
  return std::sqrt(squares);
}

TEST(WorkedFigures, DistancesOfIntegerAndOneHotCodes) {
  const DoubleTensor animals{0, 1, 2, 3};  // dog, cat, horse, cheetah
  DoubleTensor integers = animals;
  integers.reshape({4, 1});
  EXPECT_EQ(distance(integers, 0, 3), 3);
  EXPECT_EQ(distance(integers, 0, 1), 1);
  const DoubleTensor rows = one_hot(animals, 4);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) EXPECT_DOUBLE_EQ(distance(rows, i, j), i == j ? 0 : std::sqrt(2.0));
}

TEST(WorkedFigures, ArgmaxAndOneHotOfAPrediction) {
  EXPECT_EQ(argmax(scores)(), 0);
  const DoubleTensor batch{{3.2, 1.3, 0.2, 0.8}, {0.1, 0.3, 0.2, 4}};
  EXPECT_EQ(argmax(batch), (DoubleTensor{0, 3}));
  EXPECT_EQ(argmax(softmax(batch)), argmax(batch));
  EXPECT_EQ(one_hot(argmax(batch), 4), (DoubleTensor{{1, 0, 0, 0}, {0, 0, 0, 1}}));
}

/// Returns (loss(z + h) - loss(z - h)) / 2h for each score.
DoubleTensor numerical_gradient(const std::function<double(const DoubleTensor&)>& loss) {
  constexpr double h = 1e-5;
  DoubleTensor gradient = scores;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    DoubleTensor up = scores, down = scores;
    up(i) += h;
    down(i) -= h;
    gradient(i) = (loss(up) - loss(down)) / (2 * h);
  }
  return gradient;
}

DoubleTensor sigmoids(const DoubleTensor& z) {
  DoubleTensor p = z;
  for (double& value : p) value = softmax(DoubleTensor{value, 0})(0);
  return p;
}

double binary_sum(const DoubleTensor& p) {
  double sum = 0;
  for (const double term : binary_cross_entropy(p, dog)) sum += term;
  return sum;
}

TEST(WorkedFigures, GradientOfSoftmaxAndCrossEntropyIsPMinusT) {
  const DoubleTensor p = softmax(scores);
  const DoubleTensor numerical = numerical_gradient([](const DoubleTensor& z) { return cost(softmax(z), dog); });
  expect_figures(numerical, {-0.22485, 0.11594, 0.03859, 0.07032}, 5);
  Tensor logits = zeros({1, 4});
  for (std::size_t i = 0; i < 4; ++i) logits(0, i) = static_cast<Real>(scores(i));
  CrossEntropyLoss loss;
  loss.forward(logits, zeros({1}));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(numerical(i), p(i) - dog(i), 1e-9);
    EXPECT_NEAR(static_cast<double>(loss.backward()(0, i)), p(i) - dog(i), 1e-7);
  }
}

TEST(WorkedFigures, GradientOfSigmoidAndBinaryCrossEntropyIsPMinusT) {
  const DoubleTensor p = sigmoids(scores);
  const DoubleTensor numerical = numerical_gradient([](const DoubleTensor& z) { return binary_sum(sigmoids(z)); });
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(numerical(i), p(i) - dog(i), 1e-9);
}

TEST(WorkedFigures, GradientOfSoftmaxAndBinaryCrossEntropyIsNotPMinusT) {
  const DoubleTensor p = softmax(scores);
  const DoubleTensor numerical = numerical_gradient([](const DoubleTensor& z) { return binary_sum(softmax(z)); });
  expect_figures(numerical, {-0.41625, 0.21845, 0.06920, 0.12860}, 5);
  double sum = 0;
  for (std::size_t j = 0; j < 4; ++j) sum += (p(j) - dog(j)) / (1 - p(j));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_GT(std::abs(numerical(i) - (p(i) - dog(i))), 0.03);
    EXPECT_NEAR(numerical(i), (p(i) - dog(i)) / (1 - p(i)) - p(i) * sum, 1e-9);  // through every p_j
  }
}

TEST(WorkedFigures, ScoresOfTenThousandGiveFiniteLossAndGradient) {
  Tensor logits = zeros({3, 3});
  for (std::size_t i = 0; i < 3; ++i) {
    logits(i, 0) = 10000;
    logits(i, 2) = -10000;
  }
  Tensor labels = zeros({3}), rows = zeros({3, 3});
  for (std::size_t i = 0; i < 3; ++i) {
    labels(i) = static_cast<Real>(i);
    rows(i, i) = 1;
  }
  for (const Tensor& target : {labels, rows}) {
    CrossEntropyLoss loss({.reduction = Reduction::sum});
    EXPECT_EQ(loss.forward(logits, target), 30000);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(loss.per_sample()[i], 10000.0 * static_cast<double>(i));
      for (std::size_t j = 0; j < 3; ++j)
        EXPECT_EQ(loss.backward()(i, j), static_cast<Real>((j == 0 ? 1 : 0) - (i == j ? 1 : 0)));
    }
  }
  expect_figures(softmax(DoubleTensor{1e4, 0, -1e4}), {1, 0, 0}, 15);
  EXPECT_EQ(log_softmax(DoubleTensor{1e4, 0, -1e4}), (DoubleTensor{0, -1e4, -2e4}));
}

}  // namespace
