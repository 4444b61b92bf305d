#include <minnow/core/error.hpp>
#include <minnow/losses/entropy.hpp>

#include <tests/support/fixture.hpp>

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

/// float and double, whatever Real is.
template <class T>
class Entropy : public ::testing::Test {
 protected:
  static constexpr double bound = std::is_same_v<T, double> ? 1e-12 : 1e-6;
  static constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  static constexpr T inf = std::numeric_limits<T>::infinity();
};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Entropy, Types);

TYPED_TEST(Entropy, SoftmaxAndItsLogarithmMatchPyTorch) {
  double worst_softmax = 0, worst_log = 0;
  for (const Json& fixture : read_fixture("softmax.json")) {
    SCOPED_TRACE(fixture.at("case").get<std::string>());
    const auto logits = fixture_tensor<TypeParam>(fixture.at("logits"));
    const double e = error(softmax(logits), fixture.at("softmax"));
    const double log_e = error(log_softmax(logits), fixture.at("log_softmax"));
    EXPECT_LE(e, this->bound);
    EXPECT_LE(log_e, this->bound);
    worst_softmax = std::max(worst_softmax, e);
    worst_log = std::max(worst_log, log_e);
  }
  record_error("softmax", worst_softmax);
  record_error("log_softmax", worst_log);
}

TYPED_TEST(Entropy, LogSoftmaxKeepsRelativeAccuracyNearZero) {
  const auto y = log_softmax(BasicTensor<TypeParam>{30, 0});
  EXPECT_NEAR(static_cast<double>(y(0)), -std::log1p(std::exp(-30.)), 1e-6 * std::exp(-30.));
  EXPECT_NEAR(static_cast<double>(y(1)), -30, 1e-12);
}

TYPED_TEST(Entropy, MatchesExactValues) {
  const Json fixture = read_fixture("entropy.json").at(0);
  const auto p = fixture_tensor<TypeParam>(fixture.at("probabilities"));
  const auto t = fixture_tensor<TypeParam>(fixture.at("targets"));
  const auto labels = fixture_tensor<TypeParam>(fixture.at("labels"));
  EXPECT_LE(error(entropy(t), fixture.at("entropy")), this->bound);
  EXPECT_LE(error(cross_entropy(p, t), fixture.at("cross_entropy")), this->bound);
  EXPECT_LE(error(cross_entropy(p, labels), fixture.at("cross_entropy_labels")), this->bound);
  EXPECT_LE(error(binary_cross_entropy(p, t), fixture.at("binary_cross_entropy")), this->bound);
  const auto nats = cross_entropy(p, t), bits = cross_entropy(p, t, Unit::bits);
  for (std::size_t i = 0; i < nats.size(); ++i)
    EXPECT_NEAR(static_cast<double>(bits(i)), static_cast<double>(nats(i)) / std::numbers::ln2, 4 * this->bound);
}

TYPED_TEST(Entropy, OfASingleSampleIsAScalar) {
  using T = BasicTensor<TypeParam>;
  const T result = entropy(T{0.5, 0.25, 0.25, 0}, Unit::bits);
  EXPECT_EQ(result.shape(), Shape{});
  EXPECT_EQ(result(), TypeParam{1.5});
  EXPECT_EQ(entropy(T{1, 0})(), 0);
  EXPECT_EQ(cross_entropy(T{0.5, 0.5}, T{1, 0}, Unit::bits)(), 1);
  EXPECT_EQ(softmax(T{0, 0}), (T{0.5, 0.5}));
}

TYPED_TEST(Entropy, ZeroTimesLogZeroIsZero) {
  using T = BasicTensor<TypeParam>;
  EXPECT_EQ(cross_entropy(T{{0, 1}}, T{{0, 1}}), T{0});
  EXPECT_EQ(cross_entropy(T{{0, 1}}, T{{1, 0}}), T{this->inf});
  EXPECT_EQ(cross_entropy(T{{0, 1}, {0.5, 0.5}}, T{0, 0}, Unit::bits), (T{this->inf, 1}));
  EXPECT_EQ(binary_cross_entropy(T{0, 1, 0, 1}, T{0, 1, 1, 0}), (T{0, 0, this->inf, this->inf}));
}

// "-0" in a report would look like a mistake.
TYPED_TEST(Entropy, OfACertainPredictionIsNotNegativeZero) {
  using T = BasicTensor<TypeParam>;
  EXPECT_FALSE(std::signbit(entropy(T{1, 0})()));
  EXPECT_FALSE(std::signbit(cross_entropy(T{{0, 1}}, T{{0, 1}})(0)));
  EXPECT_FALSE(std::signbit(cross_entropy(T{{0, 1}}, T{1})(0)));
  EXPECT_FALSE(std::signbit(binary_cross_entropy(T{0}, T{0})(0)));
  EXPECT_FALSE(std::signbit(binary_cross_entropy(T{1}, T{1})(0)));
}

TYPED_TEST(Entropy, TakesAnEmptyBatch) {
  using T = BasicTensor<TypeParam>;
  const T none = T::from_shape({0, 3}), labels = T::from_shape({0});
  EXPECT_EQ(softmax(none).shape(), (Shape{0, 3}));
  EXPECT_EQ(log_softmax(none).shape(), (Shape{0, 3}));
  EXPECT_EQ(entropy(none).shape(), Shape{0});
  EXPECT_EQ(cross_entropy(none, labels).shape(), Shape{0});
  EXPECT_EQ(binary_cross_entropy(none, none).shape(), (Shape{0, 3}));
}

TYPED_TEST(Entropy, SoftmaxPropagatesNaNAndInfinity) {
  using T = BasicTensor<TypeParam>;
  const T x{{0, this->nan, 1}, {this->inf, 0, 1}, {-this->inf, 0, 0}, {-this->inf, -this->inf, -this->inf}};
  const T y = softmax(x), log_y = log_softmax(x);
  for (const std::size_t row : {0u, 1u, 3u})
    for (std::size_t j = 0; j < 3; ++j) {
      EXPECT_TRUE(std::isnan(y(row, j))) << row << ", " << j;
      EXPECT_TRUE(std::isnan(log_y(row, j))) << row << ", " << j << ": " << log_y(row, j);
    }
  EXPECT_EQ(y(2, 0), 0);
  EXPECT_EQ(y(2, 1), TypeParam{0.5});
  EXPECT_EQ(log_y(2, 0), -this->inf);
}

template <class Action>
std::string message(const Action& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TYPED_TEST(Entropy, SaysWhatDoesNotFit) {
  using T = BasicTensor<TypeParam>;
  const T cube = T::from_shape({2, 2, 2}), matrix{{0.5, 0.5}}, wide{{0.25, 0.25, 0.5}};
  EXPECT_EQ(message([&] { softmax(cube); }), "softmax: expected (N, C) or (C) with C >= 1, got (2, 2, 2).");
  EXPECT_EQ(message([&] {
              log_softmax(T::from_shape({2, 0}));
            }),
            "log_softmax: expected (N, C) or (C) with C >= 1, got (2, 0).");
  EXPECT_THROW(entropy(cube), ShapeError);
  EXPECT_THROW(cross_entropy(matrix, wide), ShapeError);
  EXPECT_THROW(cross_entropy(matrix, T{0, 0}), ShapeError);
  EXPECT_EQ(message([&] { binary_cross_entropy(matrix, wide); }),
            "binary_cross_entropy: expected targets (1, 2), as the probabilities, got (1, 3).");
  EXPECT_EQ(message([&] {
              cross_entropy(T{{0.5, 1.5}}, matrix);
            }),
            "cross_entropy: expected probabilities in [0, 1], got 1.5 at element 1.");
  EXPECT_THROW(cross_entropy(matrix, T{{0.5, -0.5}}), ValueError);
  EXPECT_THROW(binary_cross_entropy(matrix, T{{0.5, this->nan}}), ValueError);
  EXPECT_EQ(message([&] { cross_entropy(matrix, T{2}); }),
            "cross_entropy: expected class indices, whole numbers from 0 to 1, got 2 in row 0.");
}

TYPED_TEST(Entropy, NamesItselfInItsErrors) {
  using T = BasicTensor<TypeParam>;
  EXPECT_EQ(message([] { entropy(T{0.5, 1.5}); }), "entropy: expected probabilities in [0, 1], got 1.5 at element 1.");
  EXPECT_EQ(message([] {
              entropy(T::from_shape({2, 0}));
            }),
            "entropy: expected (N, C) or (C) with C >= 1, got (2, 0).");
}

}  // namespace
}  // namespace minnow
