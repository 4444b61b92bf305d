#include <minnow/core/error.hpp>
#include <minnow/losses/entropy.hpp>

#include <tests/support/fixture.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

/// Runs for float and double in every build.
template <class T>
class Entropy : public ::testing::Test {
 protected:
  static constexpr double bound = std::is_same_v<T, double> ? 1e-12 : 1e-6;
  static constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  static constexpr T inf = std::numeric_limits<T>::infinity();
};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Entropy, Types);

/// Returns the largest error of f(unit, reduction) over units and reductions, against the fixture's entry `name`.
template <class T, class Function>
double worst_error(const Json& fixture, const std::string& name, const Function& f) {
  const Json& unreduced = fixture.at(name);
  const double mean = fixture.at("mean").at(name), sum = fixture.at("sum").at(name);
  const auto samples = unreduced.at("shape").at(0).get<double>();
  double worst = 0;
  for (const Unit unit : {Unit::nats, Unit::bits}) {
    const double nats_per_unit = unit == Unit::bits ? std::numbers::ln2 : 1;
    auto values = fixture_numbers(unreduced.at("data"));
    for (double& value : values) value /= nats_per_unit;
    worst = std::max({worst, error(f(unit, std::nullopt), fixture_shape(unreduced), values),
                      error(f(unit, Reduction::mean), Shape{}, {mean / nats_per_unit}),
                      error(f(unit, Reduction::sum), Shape{}, {sum / nats_per_unit}),
                      error(f(unit, Reduction::batch_mean), Shape{}, {sum / samples / nats_per_unit})});
  }
  record_error(fixture.at("case").get<std::string>() + ": " + name, worst);
  return worst;
}

TYPED_TEST(Entropy, MatchesExactValues) {
  using T = TypeParam;
  for (const Json& fixture : read_fixture("entropy.json")) {
    SCOPED_TRACE(fixture.at("case").get<std::string>());
    const auto p = fixture_tensor<T>(fixture.at("probabilities")), t = fixture_tensor<T>(fixture.at("targets"));
    const auto labels = fixture_tensor<T>(fixture.at("labels"));
    EXPECT_LE(worst_error<T>(fixture, "entropy", [&](Unit u, std::optional<Reduction> r) { return entropy(t, u, r); }),
              this->bound);
    EXPECT_LE(worst_error<T>(fixture, "cross_entropy",
                             [&](Unit u, std::optional<Reduction> r) { return cross_entropy(p, t, u, r); }),
              this->bound);
    EXPECT_LE(worst_error<T>(fixture, "cross_entropy_labels",
                             [&](Unit u, std::optional<Reduction> r) { return cross_entropy(p, labels, u, r); }),
              this->bound);
    EXPECT_LE(worst_error<T>(fixture, "binary_cross_entropy",
                             [&](Unit u, std::optional<Reduction> r) { return binary_cross_entropy(p, t, u, r); }),
              this->bound);
    EXPECT_LE(worst_error<T>(fixture, "kl_divergence",
                             [&](Unit u, std::optional<Reduction> r) { return kl_divergence(t, p, u, r); }),
              this->bound);
    const auto divergence = kl_divergence(t, p);
    const auto exact = fixture_numbers(fixture.at("kl_divergence").at("data"));
    for (std::size_t i = 0; i < exact.size();
         ++i)  // relative to each element: divergences of close distributions are small
      EXPECT_NEAR(static_cast<double>(divergence(i)), exact[i], this->bound * exact[i]) << i;
  }
}

// Terms of 1e-6 have a sum of 1e-12, terms of 1e-12 a sum of 1e-24: a plain sum of p log(p / q) would be rounding
// noise.
TEST(KLDivergence, IsAccurateForCloseDistributions) {
  for (int k = 3; k <= 52; ++k) {
    const double d = std::ldexp(1, -k);  // (1 + d) / 2 against 1 / 2: d^2 / 2 + d^4 / 12 + d^6 / 30 + d^8 / 56 + ...
    const double exact =
        d * d * (1. / 2 + d * d * (1. / 12 + d * d * (1. / 30 + d * d * (1. / 56 + d * d * (1. / 90 + d * d / 132)))));
    const double divergence = kl_divergence(DoubleTensor{(1 + d) / 2, (1 - d) / 2}, DoubleTensor{0.5, 0.5})();
    EXPECT_NEAR(divergence, exact, (k < 6 ? 1e-9 : 1e-14) * exact) << k;
  }
}

TYPED_TEST(Entropy, KLDivergenceOfZerosAndEqualRows) {
  using T = BasicTensor<TypeParam>;
  const T p{{0.5, 0.5, 0}, {0.5, 0, 0.5}, {0, 1, 0}}, q{{0.25, 0.5, 0.25}, {0, 0.5, 0.5}, {0, 1, 0}};
  EXPECT_EQ(kl_divergence(p, q, Unit::bits), (T{0.5, this->inf, 0}));
  EXPECT_EQ(kl_divergence(p, q, Unit::bits, Reduction::mean)(), this->inf);
  EXPECT_EQ(kl_divergence(q, q, Unit::nats, Reduction::sum)(), 0);
  EXPECT_FALSE(std::signbit(kl_divergence(q, q)(0)));
  const auto least = std::numeric_limits<TypeParam>::denorm_min();
  EXPECT_NEAR(static_cast<double>(kl_divergence(T{0, 1}, T{1, least})()), -std::log(static_cast<double>(least)), 1e-4);
}

TYPED_TEST(Entropy, KLDivergenceIsCrossEntropyMinusEntropy) {
  using T = BasicTensor<TypeParam>;
  const T p = softmax(T{{3, 1, -2, 0.375}, {0, 0.125, 0.25, 0.5}}),
          q = softmax(T{{0.5, 1, -1, 2}, {0.5, 0.25, 0.125, 0}});
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(static_cast<double>(kl_divergence(p, q)(i)),
                static_cast<double>(cross_entropy(q, p)(i)) - static_cast<double>(entropy(p)(i)), this->bound);
}

TYPED_TEST(Entropy, OfNoSamplesHasANaNMeanAndAZeroSum) {
  using T = BasicTensor<TypeParam>;
  const T none = T::from_shape({0, 3}), labels = T::from_shape({0});
  for (const auto& f : std::vector<std::function<T(Reduction)>>{
           [&](Reduction r) { return entropy(none, Unit::nats, r); },
           [&](Reduction r) { return cross_entropy(none, none, Unit::nats, r); },
           [&](Reduction r) { return cross_entropy(none, labels, Unit::bits, r); },
           [&](Reduction r) { return binary_cross_entropy(none, none, Unit::nats, r); },
           [&](Reduction r) { return kl_divergence(none, none, Unit::nats, r); }}) {
    EXPECT_EQ(f(Reduction::sum)(), 0);
    EXPECT_EQ(f(Reduction::mean).shape(), Shape{});
    EXPECT_TRUE(std::isnan(f(Reduction::mean)()));
    EXPECT_TRUE(std::isnan(f(Reduction::batch_mean)()));
  }
}

// A float accumulator cannot count above 2^24.
TYPED_TEST(Entropy, ReducesInDouble) {
  using T = BasicTensor<TypeParam>;
  T p = T::from_shape({100000}), t = p;
  p.fill(static_cast<TypeParam>(0.1));
  t.fill(1);
  const double each = -std::log(static_cast<double>(p(0)));
  const auto sum = static_cast<double>(binary_cross_entropy(p, t, Unit::nats, Reduction::sum)());
  EXPECT_NEAR(sum, 1e5 * each, this->bound / 10 * sum);
  EXPECT_NEAR(static_cast<double>(binary_cross_entropy(p, t, Unit::nats, Reduction::mean)()), each,
              this->bound / 10 * each);
}

TYPED_TEST(Entropy, BatchMeanOfBinaryCrossEntropyIsOverTheSamples) {
  using T = BasicTensor<TypeParam>;
  const T p{{0.5, 0.25}, {0.5, 1}}, t{{1, 1}, {0, 1}};
  EXPECT_EQ(binary_cross_entropy(p, t, Unit::bits), (T{{1, 2}, {1, 0}}));
  EXPECT_EQ(binary_cross_entropy(p, t, Unit::bits, Reduction::sum)(), 4);
  EXPECT_EQ(binary_cross_entropy(p, t, Unit::bits, Reduction::mean)(), 1);
  EXPECT_EQ(binary_cross_entropy(p, t, Unit::bits, Reduction::batch_mean)(), 2);
}

TYPED_TEST(Entropy, OfASingleSampleIsAScalar) {
  using T = BasicTensor<TypeParam>;
  const T result = entropy(T{0.5, 0.25, 0.25, 0}, Unit::bits);
  EXPECT_EQ(result.shape(), Shape{});
  EXPECT_EQ(result(), TypeParam{1.5});
  EXPECT_EQ(entropy(T{1, 0})(), 0);
  EXPECT_EQ(cross_entropy(T{0.5, 0.5}, T{1, 0}, Unit::bits)(), 1);
  EXPECT_EQ(softmax(T{0, 0}), (T{0.5, 0.5}));
  EXPECT_EQ(entropy(T{0.5, 0.5}, Unit::bits, Reduction::mean), result * 0 + 1);
}

TYPED_TEST(Entropy, ZeroTimesLogZeroIsZero) {
  using T = BasicTensor<TypeParam>;
  EXPECT_EQ(cross_entropy(T{{0, 1}}, T{{0, 1}}), T{0});
  EXPECT_EQ(cross_entropy(T{{0, 1}}, T{{1, 0}}), T{this->inf});
  EXPECT_EQ(cross_entropy(T{{0, 1}, {0.5, 0.5}}, T{0, 0}, Unit::bits), (T{this->inf, 1}));
  EXPECT_EQ(binary_cross_entropy(T{0, 1, 0, 1}, T{0, 1, 1, 0}), (T{0, 0, this->inf, this->inf}));
}

// "-0" in a report would look wrong.
TYPED_TEST(Entropy, OfACertainPredictionIsNotNegativeZero) {
  using T = BasicTensor<TypeParam>;
  EXPECT_FALSE(std::signbit(entropy(T{1, 0})()));
  EXPECT_FALSE(std::signbit(cross_entropy(T{{0, 1}}, T{{0, 1}})(0)));
  EXPECT_FALSE(std::signbit(cross_entropy(T{{0, 1}}, T{1})(0)));
  EXPECT_FALSE(std::signbit(binary_cross_entropy(T{0}, T{0})(0)));
  EXPECT_FALSE(std::signbit(binary_cross_entropy(T{1}, T{1})(0)));
}

TYPED_TEST(Entropy, AcceptsAnEmptyBatch) {
  using T = BasicTensor<TypeParam>;
  const T none = T::from_shape({0, 3}), labels = T::from_shape({0});
  EXPECT_EQ(softmax(none).shape(), (Shape{0, 3}));
  EXPECT_EQ(log_softmax(none).shape(), (Shape{0, 3}));
  EXPECT_EQ(softmax(none, 2).shape(), (Shape{0, 3}));
  EXPECT_EQ(log_softmax(none, 2).shape(), (Shape{0, 3}));
  EXPECT_EQ(logsumexp(none).shape(), Shape{0});
  EXPECT_EQ(entropy(none).shape(), Shape{0});
  EXPECT_EQ(kl_divergence(none, none).shape(), Shape{0});
  EXPECT_EQ(cross_entropy(none, labels).shape(), Shape{0});
  EXPECT_EQ(binary_cross_entropy(none, none).shape(), (Shape{0, 3}));
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

TYPED_TEST(Entropy, ThrowsForMismatchedInputs) {
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
            "binary_cross_entropy: expected targets of the shape of the probabilities, (1, 2), got (1, 3).");
  EXPECT_EQ(message([&] {
              cross_entropy(T{{0.5, 1.5}}, matrix);
            }),
            "cross_entropy: expected probabilities in [0, 1], got 1.5 in row 0.");
  EXPECT_THROW(cross_entropy(matrix, T{{0.5, -0.5}}), ValueError);
  EXPECT_THROW(binary_cross_entropy(matrix, T{{0.5, this->nan}}), ValueError);
  EXPECT_EQ(message([&] { cross_entropy(matrix, T{2}); }),
            "cross_entropy: expected class indices, whole numbers from 0 to 1, got 2 in row 0.");
}

TYPED_TEST(Entropy, ErrorsNameTheInvalidRow) {
  using T = BasicTensor<TypeParam>;
  const T good{{0.5, 0.5}, {0.25, 0.75}}, negative{{0.5, 0.5}, {-0.5, 1.5}}, short_of_one{{0.5, 0.5}, {0.25, 0.5}};
  EXPECT_EQ(message([&] { entropy(negative); }), "entropy: expected probabilities in [0, 1], got -0.5 in row 1.");
  EXPECT_EQ(message([&] { entropy(short_of_one); }),
            "entropy: expected probabilities that sum to 1, got 0.75 in row 1.");
  EXPECT_EQ(message([] { entropy(T{0.5, 1}); }), "entropy: expected probabilities that sum to 1, got 1.5 in row 0.");
  EXPECT_EQ(message([&] { cross_entropy(short_of_one, good); }),
            "cross_entropy: expected probabilities that sum to 1, got 0.75 in row 1.");
  EXPECT_EQ(message([&] {
              cross_entropy(short_of_one, T{0, 0});
            }),
            "cross_entropy: expected probabilities that sum to 1, got 0.75 in row 1.");
  EXPECT_EQ(message([&] { cross_entropy(good, short_of_one); }),
            "cross_entropy: expected target probabilities that sum to 1, got 0.75 in row 1.");
  EXPECT_EQ(message([&] { kl_divergence(short_of_one, good); }),
            "kl_divergence: expected probabilities p that sum to 1, got 0.75 in row 1.");
  EXPECT_EQ(message([&] { kl_divergence(good, negative); }),
            "kl_divergence: expected probabilities q in [0, 1], got -0.5 in row 1.");
  EXPECT_EQ(message([&] { binary_cross_entropy(good, negative); }),
            "binary_cross_entropy: expected targets in [0, 1], got -0.5 in row 1.");
  EXPECT_EQ(message([] {
              binary_cross_entropy(T{0, 0, 2}, T{0, 0, 0});
            }),
            "binary_cross_entropy: expected probabilities in [0, 1], got 2 in row 2.");
  EXPECT_EQ(message([&] {
              entropy(T{{0.5, 0.5}, {0, this->nan}});
            }),
            "entropy: expected probabilities in [0, 1], got nan in row 1.");
  EXPECT_NO_THROW(entropy(T{0.50005f, 0.5}));
  EXPECT_THROW(entropy(T{0.50015f, 0.5}), ValueError);
}

TYPED_TEST(Entropy, ErrorsNameTheFunction) {
  using T = BasicTensor<TypeParam>;
  EXPECT_EQ(message([] {
              entropy(T::from_shape({2, 0}));
            }),
            "entropy: expected (N, C) or (C) with C >= 1, got (2, 0).");
  EXPECT_EQ(message([] {
              logsumexp(T::from_shape({0, 0}));
            }),
            "logsumexp: expected (N, C) or (C) with C >= 1, got (0, 0).");
  EXPECT_EQ(message([] {
              kl_divergence(T{0.5, 0.5}, T{1});
            }),
            "kl_divergence: expected q of the shape of p, (2), got (1).");
  EXPECT_EQ(message([] { softmax(T{0, 1}, 0); }), "softmax: expected a finite temperature > 0, got 0.");
  EXPECT_EQ(message([] { log_softmax(T{0, 1}, -2); }), "log_softmax: expected a finite temperature > 0, got -2.");
  EXPECT_THROW(softmax(T{0, 1}, std::numeric_limits<double>::infinity()), ValueError);
  EXPECT_THROW(log_softmax(T{0, 1}, std::nan("")), ValueError);
}

}  // namespace
}  // namespace minnow
