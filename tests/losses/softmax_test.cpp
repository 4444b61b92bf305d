#include <minnow/core/error.hpp>
#include <minnow/losses/entropy.hpp>

#include <tests/support/fixture.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

/// Runs for float and double in every build.
template <class T>
class SoftmaxFunctions : public ::testing::Test {
 protected:
  static constexpr double bound = std::is_same_v<T, double> ? 1e-12 : 1e-6;
  static constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  static constexpr T inf = std::numeric_limits<T>::infinity();
};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(SoftmaxFunctions, Types);

TYPED_TEST(SoftmaxFunctions, SoftmaxAndItsLogarithmsMatchPyTorch) {
  double worst_softmax = 0, worst_log = 0, worst_sum = 0;
  for (const Json& fixture : read_fixture("softmax.json")) {
    SCOPED_TRACE(fixture.at("case").get<std::string>());
    const auto logits = fixture_tensor<TypeParam>(fixture.at("logits"));
    const double temperature = fixture.value("temperature", 1.0);
    const double e = error(softmax(logits, temperature), fixture.at("softmax"));
    const double log_e = error(log_softmax(logits, temperature), fixture.at("log_softmax"));
    const double sum_e = error(logsumexp(logits), fixture.at("logsumexp"));
    EXPECT_LE(e, this->bound);
    EXPECT_LE(log_e, this->bound);
    EXPECT_LE(sum_e, this->bound);
    worst_softmax = std::max(worst_softmax, e);
    worst_log = std::max(worst_log, log_e);
    worst_sum = std::max(worst_sum, sum_e);
  }
  record_error("softmax", worst_softmax);
  record_error("log_softmax", worst_log);
  record_error("logsumexp", worst_sum);
}

TYPED_TEST(SoftmaxFunctions, LogSoftmaxKeepsRelativeAccuracyNearZero) {
  const auto y = log_softmax(BasicTensor<TypeParam>{30, 0});
  EXPECT_NEAR(static_cast<double>(y(0)), -std::log1p(std::exp(-30.)), 1e-6 * std::exp(-30.));
  EXPECT_NEAR(static_cast<double>(y(1)), -30, 1e-12);
}

TYPED_TEST(SoftmaxFunctions, TemperatureScalesTheLogits) {
  using T = BasicTensor<TypeParam>;
  const T x{{3.25, 1.5, 0.25, 0.75}, {1e4, -1e4, 0, 88}};
  EXPECT_EQ(softmax(x, 1), softmax(x));
  EXPECT_EQ(log_softmax(x, 1), log_softmax(x));
  for (const double t : {0.5, 2.0, 4.0}) {  // powers of 2: the scaled logits are exact
    const T scaled = x / static_cast<TypeParam>(t);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto expected = static_cast<double>(softmax(scaled).data()[i]);
      const auto log_expected = static_cast<double>(log_softmax(scaled).data()[i]);
      EXPECT_NEAR(static_cast<double>(softmax(x, t).data()[i]), expected, this->bound);
      EXPECT_NEAR(static_cast<double>(log_softmax(x, t).data()[i]), log_expected,
                  this->bound * std::max(1., std::abs(log_expected)));
    }
  }
  EXPECT_EQ(softmax(T{1, 0, 0.5}, 1e-300), (T{1, 0, 0}));
  EXPECT_EQ(softmax(T{1, 0, 0.5, 2}, 1e300), (T{0.25, 0.25, 0.25, 0.25}));
}

TEST(SoftmaxFunction, OfTheLargestLogitsDoesNotOverflow) {
  const DoubleTensor x{1.5e308, -1.5e308, 1.5e308};
  EXPECT_EQ(softmax(x, 10), (DoubleTensor{0.5, 0, 0.5}));
  const DoubleTensor y = log_softmax(x, 1.5e308);  // 1, -1, 1 after scaling
  const double log_sum = std::log(2 + std::exp(-2));
  EXPECT_NEAR(y(0), -log_sum, 1e-15);
  EXPECT_NEAR(y(1), -2 - log_sum, 1e-15);
  EXPECT_EQ(logsumexp(x)(), 1.5e308);
}

TYPED_TEST(SoftmaxFunctions, LogSumExpOfExtremesAndNaN) {
  using T = BasicTensor<TypeParam>;
  const TypeParam i = this->inf, n = this->nan;
  EXPECT_EQ(logsumexp(T{{-i, -i}, {-i, 3}, {1e4, -1e4}, {i, 0}, {i, i}, {i, -i}}), (T{-i, 3, 1e4, i, i, i}));
  for (const TypeParam value : logsumexp(T{{n, 0}, {0, n}, {n, i}, {-i, n}})) EXPECT_TRUE(std::isnan(value));
  T one_class{7, -7};
  one_class.reshape({2, 1});
  EXPECT_EQ(logsumexp(one_class), (T{7, -7}));
  EXPECT_EQ(logsumexp(T{0.5}).shape(), Shape{});
  EXPECT_NEAR(static_cast<double>(logsumexp(T{1e4, 1e4})()), 1e4 + std::numbers::ln2, 1e4 * this->bound);
  EXPECT_NEAR(static_cast<double>(logsumexp(T{0, -30})()), std::exp(-30.), this->bound * std::exp(-30.));
}

TYPED_TEST(SoftmaxFunctions, SoftmaxPropagatesNaNAndInfinity) {
  using T = BasicTensor<TypeParam>;
  const T x{{0, this->nan, 1}, {this->inf, 0, 1}, {-this->inf, 0, 0}, {-this->inf, -this->inf, -this->inf}};
  for (const double temperature : {1.0, 0.5}) {
    const T y = softmax(x, temperature), log_y = log_softmax(x, temperature);
    for (const std::size_t row : {0u, 1u, 3u})
      for (std::size_t j = 0; j < 3; ++j) {
        EXPECT_TRUE(std::isnan(y(row, j))) << row << ", " << j;
        EXPECT_TRUE(std::isnan(log_y(row, j))) << row << ", " << j << ": " << log_y(row, j);
      }
    EXPECT_EQ(y(2, 0), 0);
    EXPECT_EQ(y(2, 1), TypeParam{0.5});
    EXPECT_EQ(log_y(2, 0), -this->inf);
  }
}

}  // namespace
}  // namespace minnow
