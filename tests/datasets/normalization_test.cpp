#include <minnow/core/error.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/normalization.hpp>

#include <tests/support/message.hpp>

#include <algorithm>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(Normalization, MakesEachChannelMeanZeroAndDeviationOne) {
  Tensor inputs = zeros({50, 2, 3, 3});
  Rng rng{5};
  for (std::size_t i = 0; i < 50; ++i)
    for (std::size_t k = 0; k < 9; ++k) {
      inputs(i, 0, k / 3, k % 3) = static_cast<Real>(3 + 0.25 * rng.normal());
      inputs(i, 1, k / 3, k % 3) = 7;  // constant
    }
  const Normalization normalization(inputs);
  EXPECT_NEAR(normalization.mean()[0], 3, 0.05);
  EXPECT_NEAR(normalization.deviation()[0], 0.25, 0.02);
  EXPECT_EQ(normalization.mean()[1], 7);
  EXPECT_EQ(normalization.deviation()[1], 1);
  std::vector<Real> sample(inputs.data() + 18, inputs.data() + 36);
  normalization.apply(sample);
  normalization.apply(inputs);
  EXPECT_TRUE(std::equal(sample.begin(), sample.end(), inputs.data() + 18));
  sample.pop_back();
  EXPECT_THROW(normalization.apply(sample), ShapeError);
  const Normalization again(inputs);
  EXPECT_NEAR(again.mean()[0], 0, 1e-6);
  EXPECT_NEAR(again.deviation()[0], 1, 1e-6);
  Tensor other = zeros({2, 3});
  EXPECT_THROW(normalization.apply(other), ShapeError);
  EXPECT_THROW(Normalization(zeros({0, 3})), ShapeError);
}

/// Returns a column (N, 1) of n values, f(i) the value of sample i.
template <class F>
Tensor column(std::size_t n, const F& f) {
  Tensor x = zeros({n, 1});
  for (std::size_t i = 0; i < n; ++i) x.data()[i] = static_cast<Real>(f(i));
  return x;
}

Real normalized(const Normalization& normalization, double value) {
  std::vector<Real> sample{static_cast<Real>(value)};
  normalization.apply(sample);
  return sample[0];
}

TEST(Normalization, CentresAConstantColumnWithoutScaling) {
  for (const double value : {14.62, 0.1, -1e-9, 1e9 / 3, 1e-30, 0.0})
    for (const std::size_t n : {1u, 3u, 1000u, 4097u}) {
      SCOPED_TRACE(::testing::Message() << n << " times " << value);
      const Normalization normalization(column(n, [&](std::size_t) { return value; }));
      EXPECT_EQ(normalization.mean()[0], static_cast<double>(static_cast<Real>(value)));
      EXPECT_EQ(normalization.deviation()[0], 1);
      EXPECT_EQ(normalized(normalization, value), 0);
    }
  const Normalization normalization(column(1000, [](std::size_t) { return 14.62; }));
  EXPECT_NEAR(normalized(normalization, 14.63), 0.01, 1e-6);
}

TEST(Normalization, TreatsRoundingErrorsAsConstant) {
  if (sizeof(Real) == 4) return;  // float values, two units apart, are not rounding errors of the computation in double
  const Normalization normalization(column(4096, [](std::size_t i) { return i % 2 == 0 ? 0.1 + 0.2 : 0.3; }));
  EXPECT_EQ(normalization.deviation()[0], 1);
  EXPECT_NEAR(normalization.mean()[0], 0.3, 1e-15);
  EXPECT_NEAR(normalized(normalization, 0.31), 0.01, 1e-6);
}

TEST(Normalization, ScalesAColumnOfAnySize) {
  using Limits = std::numeric_limits<Real>;
  const double tiny = static_cast<double>(Limits::min()), huge = static_cast<double>(Limits::max()) / 2;
  for (const double size : {1e-12, 1e-30, tiny / 64, tiny, 1.0, 1e30, huge}) {
    SCOPED_TRACE(size);
    Tensor x = column(1000, [&](std::size_t i) { return size * (i % 2 == 0 ? 1.0 : -0.5); });
    Normalization(x).apply(x);
    EXPECT_NEAR(x.data()[0], 1, 1e-5);
    EXPECT_NEAR(x.data()[999], -1, 1e-5);
  }
}

TEST(Normalization, ScalesASmallDeviationBesideALargeMean) {
  // Values that Real represents exactly.
  const double mean = sizeof(Real) == 4 ? 0x1p20 : 0x1p45;
  Tensor x = column(10000, [&](std::size_t i) { return mean + (i % 2 == 0 ? 0.5 : -0.5); });
  const Normalization normalization(x);
  EXPECT_NEAR(normalization.deviation()[0], 0.5, 1e-3);
  normalization.apply(x);
  EXPECT_NEAR(x.data()[0], 1, 1e-2);
}

TEST(Normalization, RejectsNaNAndInfinity) {
  const Real inf = std::numeric_limits<Real>::infinity(), nan = std::numeric_limits<Real>::quiet_NaN();
  const auto with = [](Real value) {
    Tensor x = zeros({7, 3, 2, 2});
    x(4, 2, 1, 0) = value;
    return message<ValueError>([&] { Normalization normalization(x); });
  };
  EXPECT_EQ(with(nan), "Normalization: expected finite inputs, got nan in sample 4, channel 2. Remove or replace it.");
  EXPECT_EQ(with(inf), "Normalization: expected finite inputs, got inf in sample 4, channel 2. Remove or replace it.");
  EXPECT_EQ(with(-inf),
            "Normalization: expected finite inputs, got -inf in sample 4, channel 2. Remove or replace it.");
  EXPECT_EQ(with(std::numeric_limits<Real>::max()), "no error");
  Tensor both = zeros({5, 2});
  both(2, 1) = inf, both(3, 0) = -inf, both(4, 1) = -inf;
  EXPECT_EQ(message<ValueError>([&] { Normalization normalization(both); }),
            "Normalization: expected finite inputs, got inf in sample 2, channel 1. Remove or replace it.");
}

}  // namespace
}  // namespace minnow
