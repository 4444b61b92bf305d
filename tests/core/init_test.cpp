#include <minnow/core/error.hpp>
#include <minnow/core/init.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

struct Moments {
  double mean, variance, fourth, smallest, largest;
};

Moments moments(const FixedTensor& tensor) {
  Moments m{0, 0, 0, tensor.data()[0], tensor.data()[0]};
  const auto n = static_cast<double>(tensor.size());
  for (const Real value : tensor.values()) {
    m.mean += static_cast<double>(value) / n;
    m.smallest = std::min(m.smallest, static_cast<double>(value));
    m.largest = std::max(m.largest, static_cast<double>(value));
  }
  for (const Real value : tensor.values()) {
    const double off = static_cast<double>(value) - m.mean;
    m.variance += off * off / n;
    m.fourth += off * off * off * off / n;
  }
  return m;
}

TEST(Init, FansCountThePositionsOfTheKernel) {
  const auto expect = [](const Shape& shape, std::size_t in, std::size_t out) {
    const init::Fans fans = init::fans(shape);
    EXPECT_EQ(fans.in, in) << to_string(shape);
    EXPECT_EQ(fans.out, out) << to_string(shape);
  };
  expect({5, 7}, 7, 5);
  expect({16, 3, 5, 5}, 75, 400);
  expect({16, 4, 3, 1}, 12, 48);  // 8 channels in 2 groups
  expect({32, 1, 3, 3}, 9, 288);  // depthwise
  expect({6, 2, 3}, 6, 18);
  EXPECT_EQ(message<ShapeError>([] { init::fans({5}); }), "fans: expected a weight (out, in, ...), got (5).");
}

/// 80,000 weights of a convolution: fan_in 50 * 4 = 200, fan_out 400 * 4 = 1600.
const Shape weights{400, 50, 2, 2};
constexpr double in = 200, out = 1600;

/// Checks within five standard errors. The fourth moment is 3 variance^2 for a normal distribution, 1.8 variance^2 for
/// a uniform one.
void expect_spread(const std::function<void(FixedTensor&, Rng&)>& fill, double variance, bool uniform) {
  FixedTensor weight(weights);
  Rng rng{1};
  fill(weight, rng);
  const Moments m = moments(weight);
  const auto n = static_cast<double>(weight.size());
  EXPECT_NEAR(m.mean, 0, 5 * std::sqrt(variance / n));
  EXPECT_NEAR(m.variance / variance, 1, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(m.fourth / (variance * variance), uniform ? 1.8 : 3, 5 * std::sqrt(96 / n));
  if (uniform) {
    EXPECT_LE(m.largest, std::sqrt(3 * variance) * (1 + 1e-6));
  }
}

TEST(Init, XavierAndKaimingSpreadByTheFans) {
  using namespace init;
  expect_spread([](FixedTensor& w, Rng& r) { xavier_uniform(w, r); }, 2 / (in + out), true);
  expect_spread([](FixedTensor& w, Rng& r) { xavier_uniform(w, r, 3); }, 9 * 2 / (in + out), true);
  expect_spread([](FixedTensor& w, Rng& r) { xavier_normal(w, r); }, 2 / (in + out), false);
  expect_spread([](FixedTensor& w, Rng& r) { kaiming_uniform(w, r); }, 2 / in, true);
  expect_spread([](FixedTensor& w, Rng& r) { kaiming_normal(w, r); }, 2 / in, false);
  expect_spread([](FixedTensor& w, Rng& r) { kaiming_normal(w, r, Fan::out); }, 2 / out, false);
  expect_spread([](FixedTensor& w, Rng& r) { kaiming_uniform(w, r, Fan::out, relu_gain(0.5)); }, 2 / 1.25 / out, true);
}

TEST(Init, TheRulesOfInitMatchTheFunctions) {
  const auto same = [](Init rule, const std::function<void(FixedTensor&, Rng&)>& fill) {
    FixedTensor a({30, 40}), b({30, 40});
    Rng rng{1}, again{1};
    init_weight(a, rule, 40, 30, rng);
    fill(b, again);
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a.data()[i], b.data()[i], 1e-6);
  };
  same(Init::he, [](FixedTensor& w, Rng& r) { init::kaiming_normal(w, r); });
  same(Init::xavier, [](FixedTensor& w, Rng& r) { init::xavier_uniform(w, r); });
  same(Init::pytorch, [](FixedTensor& w, Rng& r) { init::kaiming_uniform(w, r, init::Fan::in, 1 / std::sqrt(3.)); });
}

TEST(Init, OrthogonalHasOrthonormalRowsOrColumns) {
  const double allowed = std::is_same_v<Real, double> ? 1e-14 : 1e-6;
  for (const Shape& shape : {Shape{1, 1}, Shape{40, 40}, Shape{7, 90}, Shape{90, 7}, Shape{16, 3, 3, 3}, Shape{1, 5},
                             Shape{8, 1}, Shape{2, 300}}) {
    FixedTensor weight(shape);
    Rng rng{1};
    init::orthogonal(weight, rng, 2);
    const std::size_t rows = shape[0], columns = weight.size() / rows, count = std::min(rows, columns);
    const auto at = [&](std::size_t vector, std::size_t i) {
      return static_cast<double>(weight.data()[rows <= columns ? vector * columns + i : i * columns + vector]) / 2;
    };
    for (std::size_t a = 0; a < count; ++a)
      for (std::size_t b = 0; b < count; ++b) {
        double product = 0;
        for (std::size_t i = 0; i < std::max(rows, columns); ++i) product += at(a, i) * at(b, i);
        ASSERT_NEAR(product, a == b ? 1 : 0, allowed) << to_string(shape) << " " << a << ", " << b;
      }
  }
  FixedTensor empty({0, 3}), flat({3});
  Rng rng{1};
  EXPECT_NO_THROW(init::orthogonal(empty, rng));
  EXPECT_EQ(message<ShapeError>([&] { init::orthogonal(flat, rng); }),
            "orthogonal: expected a weight (out, in, ...), got (3).");
}

/// The distribution is uniform among all rotations and reflections.
TEST(Init, OrthogonalMatricesAreUniform) {
  Rng rng{1};
  double sum = 0, squares = 0, fourth = 0;
  constexpr int draws = 20000;
  for (int i = 0; i < draws; ++i) {
    FixedTensor weight({3, 3});
    init::orthogonal(weight, rng);
    const auto last = static_cast<double>(weight(2, 2));  // a coordinate of a uniform unit vector: uniform in [-1, 1]
    sum += last;
    squares += last * last;
    fourth += last * last * last * last;
  }
  EXPECT_NEAR(sum / draws, 0, 5 * std::sqrt(1. / 3 / draws));
  EXPECT_NEAR(squares / draws, 1. / 3, 5 * std::sqrt(4. / 45 / draws));
  EXPECT_NEAR(fourth / draws, 1. / 5, 5 * std::sqrt(16. / 225 / draws));
}

/// Returns the mean and variance of a standard normal conditioned on [low, high], by Simpson's rule.
Moments truncated(double low, double high) {
  constexpr int steps = 20000;
  double mass = 0, first = 0, second = 0;
  for (int i = 0; i <= steps; ++i) {
    const double z = low + (high - low) * i / steps, nearest = low > 0 ? low : high < 0 ? high : 0;
    const double density = std::exp((nearest * nearest - z * z) / 2) * (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2);
    mass += density;
    first += density * z;
    second += density * z * z;
  }
  const double mean = first / mass;
  return {mean, second / mass - mean * mean, 0, low, high};
}

TEST(Init, TruncNormalHasTheTruncatedDensity) {
  struct Case {
    double mean, deviation, low, high;
  };
  for (const Case& c :
       {Case{0, 1, -2, 2}, Case{0, 0.02, -0.04, 0.04}, Case{1, 2, 0, 1.5}, Case{0, 1, 0, 30}, Case{0, 1, 3, 9},
        Case{0, 1, 5, 5.1}, Case{0, 1, -9, -4}, Case{-3, 0.5, -3.1, -2.95}, Case{0, 1, -0.5, 20}, Case{2, 1, 1, 12}}) {
    FixedTensor tensor({200, 200});
    Rng rng{1};
    init::trunc_normal(tensor, rng, c.mean, c.deviation, c.low, c.high);
    const Moments got = moments(tensor);
    const Moments expected = truncated((c.low - c.mean) / c.deviation, (c.high - c.mean) / c.deviation);
    const std::string at = std::to_string(c.low) + " to " + std::to_string(c.high);
    const auto n = static_cast<double>(tensor.size());
    const double variance = c.deviation * c.deviation * expected.variance;
    EXPECT_NEAR(got.mean, c.mean + c.deviation * expected.mean, 5 * std::sqrt(variance / n)) << at;
    EXPECT_NEAR(got.variance / variance, 1, 5 * std::sqrt(8 / n)) << at;  // tails are at most as heavy as exponential
    const double rounding = 1e-6 * std::max(std::abs(c.low), std::abs(c.high));
    EXPECT_GE(got.smallest, c.low - rounding) << at;
    EXPECT_LE(got.largest, c.high + rounding) << at;
  }
}

/// Draws a standard normal value in [low, high] by rejection, with the proposal distribution of the given name.
double draw_by(const std::string& proposal, double low, double high, Rng& rng) {
  while (true) {
    if (proposal == "uniform") {
      const double z = rng.uniform(low, high), largest_density = low > 0 ? std::exp(-low * low / 2) : 1;
      if (rng.uniform() * largest_density <= std::exp(-z * z / 2)) return z;
    } else if (proposal == "normal") {
      if (const double z = rng.normal(); low <= z && z <= high) return z;
    } else {  // exponential from low on, with the best rate
      const double rate = (low + std::sqrt(low * low + 4)) / 2, z = low - std::log1p(-rng.uniform()) / rate;
      if (z <= high && rng.uniform() <= std::exp(-(z - rate) * (z - rate) / 2)) return z;
    }
  }
}

// The proposal is the most efficient of the three, on both sides of the widths at which it changes: sqrt(2 pi) = 2.5066
// from low <= 0 on, 0.7481 from low = 1 on and 0.3170 from low = 3 on. Another one would draw more often.
TEST(Init, TruncNormalChoosesTheProposalByTheInterval) {
  struct Case {
    std::string proposal;
    double low, high;
  };
  for (const Case& c : {Case{"uniform", -2, 0.506}, Case{"normal", -2, 0.507}, Case{"uniform", 0, 2.506},
                        Case{"normal", 0, 2.507}, Case{"uniform", 1, 1.748}, Case{"exponential", 1, 1.749},
                        Case{"uniform", 3, 3.316}, Case{"exponential", 3, 3.318}, Case{"exponential", 0.25, 40}}) {
    FixedTensor tensor({50}), mirrored({50});
    Rng rng{7}, reference{7};
    init::trunc_normal(tensor, rng, 0, 1, c.low, c.high);
    for (const Real value : tensor.values())
      EXPECT_NEAR(static_cast<double>(value), draw_by(c.proposal, c.low, c.high, reference), 1e-6 * c.high)
          << c.low << " to " << c.high;
    EXPECT_EQ(rng.bits(), reference.bits()) << c.low << " to " << c.high;  // as many draws
    if (c.low <= 0) continue;
    Rng again{7};
    init::trunc_normal(mirrored, again, 0, 1, -c.high, -c.low);
    for (std::size_t i = 0; i < tensor.size(); ++i) EXPECT_EQ(mirrored(i), -tensor(i));
  }
}

TEST(Init, TruncNormalAcceptsInfiniteBoundsAndRefusesEmptyIntervals) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  FixedTensor tensor({100, 100});
  Rng rng{1};
  init::trunc_normal(tensor, rng, 0, 1, -infinite, infinite);
  EXPECT_NEAR(moments(tensor).variance, 1, 0.08);
  init::trunc_normal(tensor, rng, 0, 1, 2, infinite);
  EXPECT_GE(moments(tensor).smallest, 2);
  init::trunc_normal(tensor, rng, 0, 1, -infinite, -40);
  EXPECT_LE(moments(tensor).largest, -40);
  EXPECT_EQ(message<ValueError>([&] { init::trunc_normal(tensor, rng, 0, 1, 2, 2); }),
            "trunc_normal: expected a deviation above 0 and an interval less than 1000000 deviations away from the "
            "mean, got mean 0, deviation 1 and [2, 2].");
  EXPECT_THROW(init::trunc_normal(tensor, rng, 0, 0), ValueError);
  EXPECT_THROW(init::trunc_normal(tensor, rng, std::nan("")), ValueError);
  EXPECT_THROW(init::trunc_normal(tensor, rng, 0, 1e-9, 1, 2), ValueError);
}

TEST(Init, TheSameSeedGivesTheSameValues) {
  const auto draw = [](const std::function<void(FixedTensor&, Rng&)>& fill) {
    FixedTensor weight({6, 5});
    Rng rng{3};
    fill(weight, rng);
    return weight;
  };
  for (const std::function<void(FixedTensor&, Rng&)>&fill :
       std::initializer_list<std::function<void(FixedTensor&, Rng&)>>{
           [](FixedTensor&w, Rng&r) { init::orthogonal(w, r); }, [](FixedTensor&w, Rng&r) { init::trunc_normal(w, r); },
           [](FixedTensor&w, Rng&r) { init::xavier_normal(w, r); }})
    EXPECT_EQ(draw(fill), draw(fill));
}

}  // namespace
}  // namespace minnow
