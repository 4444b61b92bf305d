#include <minnow/core/check_gradients.hpp>
#include <minnow/core/math/instruction_set.hpp>

#include <tests/layers/normalization/batch_norm_reference.hpp>
#include <tests/support/compare.hpp>
#include <tests/support/instruction_sets.hpp>
#include <tests/support/small_model.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow::inline MINNOW_PRECISION::testing {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

template <class Norm>
void expect_reference(const Tensor& x, double allowed = tolerance) {
  const std::size_t channels = x.shape()[1];
  const Tensor dy = random(x.shape(), 5);
  Norm norm(channels);
  set_affine(norm);
  const Reference expected(x, dy, entry(norm, "weight"), entry(norm, "bias"));
  Context context;
  const Pass pass = run(norm, x, dy, context);
  const std::string at = to_string(x.shape()) + " on " + kernels::instruction_set();
  EXPECT_LE(error(pass.y, x.shape(), expected.y), allowed) << at;
  EXPECT_LE(error(pass.dx, x.shape(), expected.dx), allowed) << at;
  EXPECT_LE(error(gradient(norm, "weight"), {channels}, expected.dweight), 2 * allowed)
      << at;  // long sums of either sign
  EXPECT_LE(error(gradient(norm, "bias"), {channels}, expected.dbias), 2 * allowed) << at;
  std::vector<double> running_mean, running_var;
  const double n = static_cast<double>(x.size() / channels);
  for (std::size_t c = 0; c < channels; ++c) {
    running_mean.push_back(0.1 * expected.mean[c]);
    running_var.push_back(0.9 + 0.1 * expected.variance[c] * n / (n - 1));
  }
  EXPECT_LE(error(entry(norm, "running_mean").tensor(), {channels}, running_mean), tolerance) << at;
  EXPECT_LE(error(entry(norm, "running_var").tensor(), {channels}, running_var), tolerance) << at;
}

TEST(BatchNorm, ForwardBackwardAndRunningStatisticsMatchTheDefinitions) {
  on_each_instruction_set([](const std::string&) {
    for (const Shape& shape : {Shape{4, 1}, Shape{5, 3}, Shape{70, 37}, Shape{300, 64}, Shape{37, 1100}, Shape{4, 3, 1},
                               Shape{4, 3, 7}, Shape{1, 2, 9}, Shape{9, 5, 2}})
      expect_reference<BatchNorm1d>(random(shape, 1));
    for (const Shape& shape : {Shape{3, 4, 5, 5}, Shape{6, 3, 1, 1}, Shape{1, 2, 3, 3}, Shape{17, 1, 50, 60},
                               Shape{3, 2, 45, 46}, Shape{40, 6, 7, 7}, Shape{130, 3, 4, 4}})
      expect_reference<BatchNorm2d>(random(shape, 2));
  });
}

/// Returns x = mean + deviation z, rounded to Real.
Tensor far_from_zero(const Shape& shape, double mean, double deviation) {
  Tensor x = random(shape, 3);
  for (Real& value : x.storage()) value = static_cast<Real>(mean + deviation * static_cast<double>(value));
  return x;
}

TEST(BatchNorm, IsAccurateIfTheMeanIsFarFromZero) {
  on_each_instruction_set([](const std::string&) {
    for (const Shape& shape : {Shape{64, 2, 16, 16}, Shape{3, 2, 60, 60}, Shape{50, 5, 1, 1}}) {
      Tensor x = far_from_zero(shape, 1e4, 1e-2);
      const double allowed = std::is_same_v<Real, double> ? 3e-9 : 1e-6;  // the mean uses 6 of the 16 digits of double
      expect_reference<BatchNorm2d>(x, allowed);
      x.data()[0] = 0;  // the first element is not close to the mean
      expect_reference<BatchNorm2d>(x, allowed);
    }
  });
}

TEST(BatchNorm, EvaluationUsesTheRunningStatisticsAndWritesNothing) {
  for (const Shape& shape : {Shape{4, 3, 5, 5}, Shape{4, 3, 1, 1}, Shape{1, 3, 1, 1}, Shape{0, 3, 2, 2}}) {
    BatchNorm2d norm(3, {.eps = 1e-3});
    set_affine(norm);
    FixedTensor &mean = entry(norm, "running_mean"), &variance = entry(norm, "running_var");
    mean = from(std::vector<Real>{1, -2, 3}, {3});
    variance = from(std::vector<Real>{4, 0.5, 9}, {3});
    const Tensor x = random(shape, 1), dy = random(shape, 2);
    std::vector<double> y, dx, dweight(3), dbias(3);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i / (shape[2] * shape[3]) % 3;
      const double scale = entry(norm, "weight")(c) / std::sqrt(variance(c) + 1e-3);
      y.push_back((x.data()[i] - mean(c)) * scale + entry(norm, "bias")(c));
      dx.push_back(dy.data()[i] * scale);
      dweight[c] += dy.data()[i] * (x.data()[i] - mean(c)) / std::sqrt(variance(c) + 1e-3);
      dbias[c] += dy.data()[i];
    }
    std::vector<Tensor> before;
    for (const NamedTensor& found : norm.state()) before.push_back(*found.value);
    Context context(Mode::eval);
    const Pass pass = run(norm, x, dy, context);
    EXPECT_LE(error(pass.y, shape, y), tolerance);
    EXPECT_LE(error(pass.dx, shape, dx), tolerance);
    EXPECT_LE(error(gradient(norm, "weight"), {3}, dweight), tolerance);
    EXPECT_LE(error(gradient(norm, "bias"), {3}, dbias), tolerance);
    const auto after = norm.state();
    for (std::size_t i = 0; i < after.size(); ++i) EXPECT_EQ(after[i].value->tensor(), before[i]) << after[i].name;
  }
}

TEST(BatchNorm, EvaluationFoldsIntoScaleAndShift) {
  BatchNorm2d norm(3);
  set_affine(norm);
  entry(norm, "running_mean") = from(std::vector<Real>{1, -2, 3}, {3});
  entry(norm, "running_var") = from(std::vector<Real>{4, 0.5, 9}, {3});
  const Tensor x = random({2, 3, 4, 4}, 1);
  Tensor y = zeros(x.shape()), scale, shift;
  Context context(Mode::eval);
  norm.forward(x, y, context);
  ASSERT_TRUE(norm.evaluation(scale, shift));
  std::vector<double> folded;
  for (std::size_t i = 0; i < x.size(); ++i)
    folded.push_back(static_cast<double>(x.data()[i]) * scale(i / 16 % 3) + shift(i / 16 % 3));
  EXPECT_LE(error(y, x.shape(), folded), tolerance);
  EXPECT_FALSE(BatchNorm2d(3, {.track_running_stats = false}).evaluation(scale, shift));
}

TEST(BatchNorm, MomentumBlendsAndNoMomentumAverages) {
  BatchNorm1d average(1, {.momentum = std::nullopt}), quick(1, {.momentum = 0.5}), still(1, {.momentum = 0});
  double mean_sum = 0, var_sum = 0, mean = 0, var = 1;
  for (int batch = 1; batch <= 4; ++batch) {
    const Real a = static_cast<Real>(batch), b = static_cast<Real>(3 * batch);
    const Tensor x = from(std::vector<Real>{a, b}, {2, 1});
    for (BatchNorm1d* norm : {&average, &quick, &still}) {
      Context context;
      Tensor y = zeros({2, 1});
      norm->forward(x, y, context);
      EXPECT_EQ(entry(*norm, "num_batches_tracked").data()[0], static_cast<Real>(batch));
    }
    mean_sum += 2 * batch;                // of batch and 3 batch
    var_sum += 2 * batch * batch;         // ((-batch)^2 + batch^2) / (2 - 1)
    mean = 0.5 * mean + 0.5 * 2 * batch;  // exact: sums of powers of 2
    var = 0.5 * var + 0.5 * 2 * batch * batch;
    EXPECT_NEAR(entry(average, "running_mean")(0), mean_sum / batch, 1e-6 * mean_sum);
    EXPECT_NEAR(entry(average, "running_var")(0), var_sum / batch, 1e-6 * var_sum);
    EXPECT_EQ(entry(quick, "running_mean")(0), static_cast<Real>(mean));
    EXPECT_EQ(entry(quick, "running_var")(0), static_cast<Real>(var));
    EXPECT_EQ(entry(still, "running_mean")(0), 0);
    EXPECT_EQ(entry(still, "running_var")(0), 1);
  }
}

TEST(BatchNorm, WithoutTrackingEvaluationUsesTheBatch) {
  const Tensor x = random({5, 3, 2, 2}, 1), dy = random({5, 3, 2, 2}, 2);
  BatchNorm2d norm(3, {.affine = false, .track_running_stats = false});
  Context train(Mode::train), eval(Mode::eval);
  const Pass trained = run(norm, x, dy, train), evaluated = run(norm, x, dy, eval);
  EXPECT_EQ(trained.y, evaluated.y);
  EXPECT_EQ(trained.dx, evaluated.dx);
  Tensor one = zeros({3});
  one.fill(1);
  const Reference expected(x, dy, one, zeros({3}));
  EXPECT_LE(error(trained.y, x.shape(), expected.y), tolerance);
  EXPECT_LE(error(trained.dx, x.shape(), expected.dx), tolerance);
}

TEST(BatchNorm, AConstantChannelBecomesTheBias) {
  for (const Real constant : {Real{0}, Real{1} / 3, Real{12345.678F}, Real{-1e30F}}) {
    BatchNorm2d norm(2);
    set_affine(norm);
    Tensor x = random({3, 2, 40, 40}, 1);
    for (std::size_t i = 0; i < x.size(); ++i)
      if (i / 1600 % 2 == 1) x.data()[i] = constant;
    Context context;
    Tensor y = zeros(x.shape());
    norm.forward(x, y, context);
    for (std::size_t i = 0; i < x.size(); ++i)
      if (i / 1600 % 2 == 1) {
        ASSERT_EQ(y.data()[i], entry(norm, "bias")(1)) << constant;
      }
  }
}

TEST(BatchNorm, NonFiniteElementsStayInTheirChannel) {
  for (const Shape& shape : {Shape{4, 3, 5, 5}, Shape{4, 3, 1, 1}})
    for (const Real bad : {nan, static_cast<Real>(infinite), static_cast<Real>(-infinite)}) {
      BatchNorm2d norm(3), clean(3);
      const Tensor finite = random(shape, 1), dy = random(shape, 2);
      Tensor x = finite;
      const std::size_t size = shape[2] * shape[3];
      x.data()[size] = bad;  // channel 1 of sample 0
      Context context, clean_context;
      const Pass got = run(norm, x, dy, context), expected = run(clean, finite, dy, clean_context);
      for (std::size_t i = 0; i < x.size(); ++i)
        if (i / size % 3 == 1) {
          EXPECT_TRUE(std::isnan(got.y.data()[i]) && std::isnan(got.dx.data()[i])) << i;
        } else {
          EXPECT_EQ(got.y.data()[i], expected.y.data()[i]);
          EXPECT_EQ(got.dx.data()[i], expected.dx.data()[i]);
        }
      EXPECT_TRUE(std::isnan(entry(norm, "running_var")(1)));
      EXPECT_EQ(std::isnan(entry(norm, "running_mean")(1)), std::isnan(bad));
      EXPECT_EQ(entry(norm, "running_var")(2), entry(clean, "running_var")(2));
    }
}

TEST(BatchNorm, AcceptsSquaresBeyondTheRangeOfFloat) {
  for (const Shape& shape : {Shape{40, 3, 5, 5}, Shape{1000, 3, 1, 1}}) {
    BatchNorm2d norm(3);
    Tensor x = random(shape, 1), y = zeros(shape);
    for (Real& value : x.storage()) value *= Real{1e18F};  // their sum overflows, their mean does not
    const Reference expected(x, x, entry(norm, "weight"), entry(norm, "bias"));
    Context context;
    norm.forward(x, y, context);
    EXPECT_LE(error(y, shape, expected.y), tolerance);
    for (std::size_t c = 0; c < 3; ++c) EXPECT_TRUE(std::isfinite(entry(norm, "running_var")(c)));
  }
}

TEST(BatchNorm, GradientsAreTheDerivatives) {
  // Training passes change the running statistics, on which no training pass depends.
  for (const Mode mode : {Mode::train, Mode::eval})
    for (const bool affine : {true, false})
      for (const bool track : {true, false}) {
        const BatchNormOptions options{.affine = affine, .track_running_stats = track};
        BatchNorm2d two(3, options);
        BatchNorm1d one(3, options);
        if (affine) set_affine(two), set_affine(one);
        for (const Shape& shape : {Shape{4, 3, 2, 3}, Shape{1, 3, 4, 4}}) {
          const GradientReport report = check_gradients(two, shape, {.mode = mode});
          EXPECT_TRUE(report) << report.failure;
        }
        for (const Shape& shape : {Shape{6, 3}, Shape{3, 3, 5}}) {
          const GradientReport report = check_gradients(one, shape, {.mode = mode, .batch_of_one = shape.size() > 2});
          EXPECT_TRUE(report) << report.failure;
        }
      }
}

}  // namespace
}  // namespace minnow::inline MINNOW_PRECISION::testing
