#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/math/instruction_set.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/models/concat.hpp>
#include <minnow/models/residual.hpp>

#include <tests/support/layer_by_layer.hpp>
#include <tests/support/compare.hpp>
#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/threads_for_test.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow::inline MINNOW_PRECISION::testing {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

FixedTensor& entry(Layer& layer, const std::string& name) {
  for (const NamedTensor& found : layer.state())
    if (found.name == name) return *found.value;
  throw Error("no " + name);
}
const Tensor& gradient(Layer& layer, const std::string& name) {
  for (const NamedTensor& found : layer.parameters())
    if (found.name == name) return found.parameter->grad;
  throw Error("no " + name);
}

/// The definitions in plain loops of long double.
struct Reference {
  std::vector<double> y, dx, dweight, dbias, mean, variance;

  Reference(const Tensor& x, const Tensor& dy, const Tensor& weight, const Tensor& bias, double eps = 1e-5) {
    const std::size_t channels = x.shape()[1], samples = x.shape()[0], size = x.size() / samples / channels;
    const auto n = static_cast<long double>(samples * size);
    y.resize(x.size());
    dx.resize(x.size());
    for (std::size_t c = 0; c < channels; ++c) {
      const auto sum = [&](const auto& term) {
        long double total = 0;
        for (std::size_t s = 0; s < samples; ++s)
          for (std::size_t i = 0; i < size; ++i) total += term((s * channels + c) * size + i);
        return total;
      };
      const auto at = [](const Tensor& t, std::size_t i) { return static_cast<long double>(t.data()[i]); };
      const long double m = sum([&](std::size_t i) { return at(x, i); }) / n;
      const long double v = sum([&](std::size_t i) { return (at(x, i) - m) * (at(x, i) - m); }) / n;
      const long double r = 1 / std::sqrt(v + static_cast<long double>(eps)), w = at(weight, c);
      const auto hat = [&](std::size_t i) { return (at(x, i) - m) * r; };
      const long double db = sum([&](std::size_t i) { return at(dy, i); });
      const long double dw = sum([&](std::size_t i) { return at(dy, i) * hat(i); });
      sum([&](std::size_t i) {
        y[i] = static_cast<double>(hat(i) * w + at(bias, c));
        dx[i] = static_cast<double>(w * r * (at(dy, i) - db / n - hat(i) * dw / n));
        return 0;
      });
      mean.push_back(static_cast<double>(m));
      variance.push_back(static_cast<double>(v));
      dweight.push_back(static_cast<double>(dw));
      dbias.push_back(static_cast<double>(db));
    }
  }
};

struct Pass {
  Tensor y, dx;
};

Pass run(Layer& layer, const Tensor& x, const Tensor& dy, Context& context) {
  Pass pass{zeros(layer.output_shape(x.shape())), zeros(x.shape())};
  layer.forward(x, pass.y, context);
  layer.backward(x, pass.y, dy, &pass.dx, context);
  return pass;
}

/// Sets weights and biases that differ between channels and from 1 and 0.
void set_affine(Layer& layer) {
  FixedTensor &weight = entry(layer, "weight"), &bias = entry(layer, "bias");
  for (std::size_t c = 0; c < weight.size(); ++c) {
    weight.data()[c] = static_cast<Real>(0.5 + 0.25 * static_cast<double>(c % 5));
    bias.data()[c] = static_cast<Real>(0.125 * static_cast<double>(c % 7) - 0.25);
  }
}

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
  for (const std::string& set : kernels::instruction_sets()) {
    kernels::force_instruction_set(set);
    for (const Shape& shape : {Shape{4, 1}, Shape{5, 3}, Shape{70, 37}, Shape{300, 64}, Shape{4, 3, 1}, Shape{4, 3, 7},
                               Shape{1, 2, 9}, Shape{9, 5, 2}})
      expect_reference<BatchNorm1d>(random(shape, 1));
    for (const Shape& shape : {Shape{3, 4, 5, 5}, Shape{6, 3, 1, 1}, Shape{1, 2, 3, 3}, Shape{17, 1, 50, 60},
                               Shape{3, 2, 45, 46}, Shape{40, 6, 7, 7}, Shape{130, 3, 4, 4}})
      expect_reference<BatchNorm2d>(random(shape, 2));
  }
  kernels::force_baseline(false);
}

/// Returns x = mean + deviation z, rounded to Real.
Tensor far_from_zero(const Shape& shape, double mean, double deviation) {
  Tensor x = random(shape, 3);
  for (Real& value : x.storage()) value = static_cast<Real>(mean + deviation * static_cast<double>(value));
  return x;
}

TEST(BatchNorm, IsAccurateIfTheMeanIsFarFromZero) {
  for (const std::string& set : kernels::instruction_sets()) {
    kernels::force_instruction_set(set);
    for (const Shape& shape : {Shape{64, 2, 16, 16}, Shape{3, 2, 60, 60}, Shape{50, 5, 1, 1}}) {
      Tensor x = far_from_zero(shape, 1e4, 1e-2);
      const double allowed = std::is_same_v<Real, double> ? 3e-9 : 1e-6;  // the mean uses 6 of the 16 digits of double
      expect_reference<BatchNorm2d>(x, allowed);
      x.data()[0] = 0;  // the first element is not close to the mean
      expect_reference<BatchNorm2d>(x, allowed);
    }
  }
  kernels::force_baseline(false);
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

TEST(BatchNorm, OptionsDecideTheState) {
  const auto names = [](BatchNorm norm) {
    std::string all;
    for (const NamedTensor& found : norm.state()) all += found.name + to_string(found.value->shape()) + " ";
    return all;
  };
  EXPECT_EQ(names(BatchNorm2d(3)), "weight(3) bias(3) running_mean(3) running_var(3) num_batches_tracked() ");
  EXPECT_EQ(names(BatchNorm1d(3, {.affine = false})), "running_mean(3) running_var(3) num_batches_tracked() ");
  EXPECT_EQ(names(BatchNorm1d(3, {.track_running_stats = false})), "weight(3) bias(3) ");
  BatchNorm1d norm(3);
  EXPECT_EQ(norm.parameters().size(), 2u);  // buffers are not trained
  EXPECT_EQ(norm.num_parameters(), 6u);
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

TEST(BatchNorm, AnEmptyBatchChangesNothing) {
  for (const Mode mode : {Mode::train, Mode::eval}) {
    BatchNorm2d norm(3);
    const Tensor x = zeros({0, 3, 2, 2});
    Context context(mode);
    const Pass pass = run(norm, x, x, context);
    EXPECT_EQ(pass.y.size(), 0u);
    EXPECT_EQ(gradient(norm, "weight"), zeros({3}));
    EXPECT_EQ(gradient(norm, "bias"), zeros({3}));
    EXPECT_EQ(entry(norm, "running_mean").tensor(), zeros({3}));
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

TEST(BatchNorm, AFrozenParameterGetsNoGradient) {
  BatchNorm2d norm(3);
  for (const NamedTensor& found : norm.parameters()) found.parameter->trainable = found.name == "bias";
  const Tensor x = random({2, 3, 4, 4}, 1), dy = random({2, 3, 4, 4}, 2);
  Context context;
  run(norm, x, dy, context);
  EXPECT_FALSE(norm.parameters()[0].parameter->has_gradient());
  EXPECT_TRUE(norm.parameters()[1].parameter->has_gradient());
}

TEST(BatchNorm, AnyNumberOfThreadsGivesTheSameBits) {
  for (const Shape& shape : {Shape{32, 24, 20, 20}, Shape{512, 300, 1, 1}}) {
    const Tensor x = random(shape, 1), dy = random(shape, 2);
    const auto with_threads = [&](int threads) {
      const ThreadsForTest setting(threads);
      BatchNorm2d norm(shape[1]);
      Context context;
      Pass pass = run(norm, x, dy, context);
      return std::tuple{pass.y, pass.dx, gradient(norm, "weight"), entry(norm, "running_var").tensor()};
    };
    EXPECT_EQ(with_threads(1), with_threads(3));
  }
}

TEST(BatchNorm, OneContextServesBatchesOfAnySize) {
  BatchNorm2d norm(3);
  Context context;
  for (const std::size_t samples : {4u, 7u, 2u}) {
    const Tensor x = random({samples, 3, 2, 2}, samples), dy = random({samples, 3, 2, 2}, 1);
    const Pass pass = run(norm, x, dy, context);
    const Reference expected(x, dy, entry(norm, "weight"), entry(norm, "bias"));
    EXPECT_LE(error(pass.dx, x.shape(), expected.dx), tolerance);
  }
}

TEST(BatchNorm, ContainersCountABatchOnce) {
  Rng rng{1};
  const Tensor x = random({6, 4}, 1);
  const auto block = [] { return Sequential{BatchNorm1d(4), ReLU(), BatchNorm1d(4)}; };
  Sequential model{BatchNorm1d(4),
                   ReLU(),  // in place, like each ReLU below
                   Residual(block()),
                   ReLU(),
                   Residual(block(), BatchNorm1d(4)),
                   ReLU(),
                   Concat{block(), Sequential{block()}},
                   ReLU()};
  Sequential copy = model;
  LayerByLayer reference(copy);
  const Tensor& expected = reference.forward(x);
  EXPECT_LE(error(model.forward(x), expected.shape(), {expected.storage().begin(), expected.storage().end()}),
            tolerance);
  const auto got = model.state(), counted = copy.state();
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_EQ(got[i].value->tensor(), counted[i].value->tensor()) << got[i].name;
}

// In prediction a norm after Dense is fused. Its channels are the second axis, also if the last axis has the same size.
TEST(BatchNorm, PredictsOnTheSecondAxisAfterADenseOnTheLast) {
  Rng rng{1};
  for (const Shape& out : {Shape{3, 5, 7}, Shape{3, 5, 5}, Shape{4, 5, 1}, Shape{0, 5, 3}, Shape{6, 5}}) {
    Sequential model{Dense(6, out.back(), rng), BatchNorm1d(5), ReLU()};
    Shape in = out;
    in.back() = 6;
    Shape training = in;
    training[0] = 8;
    const Tensor batch = random(training, 1), x = random(in, 2);
    model.forward(batch);  // changes the running statistics
    const Tensor& y = model.predict(x);
    LayerByLayer reference(model, Mode::eval);
    const Tensor& expected = reference.forward(x);
    ASSERT_EQ(y.shape(), out);
    EXPECT_LE(error(y, out, {expected.begin(), expected.end()}), tolerance) << to_string(out);
  }
}

TEST(BatchNormErrors, SayWhoWhatAndWhy) {
  const auto shape = [](const Layer& layer, const Shape& input) {
    return message<ShapeError>([&] { layer.output_shape(input); });
  };
  EXPECT_EQ(shape(BatchNorm2d(3), {4, 5, 2, 2}), "BatchNorm2d(3): expected input (N, 3, H, W), got (4, 5, 2, 2).");
  EXPECT_EQ(shape(BatchNorm2d(3), {4, 3}), "BatchNorm2d(3): expected input (N, 3, H, W), got (4, 3).");
  EXPECT_EQ(shape(BatchNorm1d(3), {4, 3, 2, 2}),
            "BatchNorm1d(3): expected input (N, 3) or (N, 3, L), got (4, 3, 2, 2).");
  EXPECT_EQ(shape(BatchNorm1d(3), {3}), "BatchNorm1d(3): expected input (N, 3) or (N, 3, L), got (3).");
  BatchNorm1d norm(3);
  EXPECT_EQ(
      message<ShapeError>([&] {
        Context context;
        Tensor y = zeros({1, 3});
        norm.forward(zeros({1, 3}), y, context);
      }),
      "BatchNorm1d(3): expected more than one element per channel, got input (1, 3). Use larger batches, or drop a "
      "last batch of one sample.");
  EXPECT_EQ(entry(norm, "num_batches_tracked").data()[0], 0);  // the failed pass changed nothing
  EXPECT_EQ(message<ValueError>([] { BatchNorm2d(0); }), "BatchNorm2d(0): expected at least 1 channel.");
  EXPECT_EQ(message<ValueError>([] { BatchNorm2d(3, {.eps = -1}); }), "BatchNorm2d(3): expected eps >= 0, got -1.");
  EXPECT_EQ(message<ValueError>([] { BatchNorm2d(3, {.momentum = 1.5}); }),
            "BatchNorm2d(3): expected a momentum in [0, 1], got 1.5.");
}

}  // namespace
}  // namespace minnow::inline MINNOW_PRECISION::testing
