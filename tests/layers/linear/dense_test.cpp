#include <minnow/core/error.hpp>
#include <minnow/layers/linear/dense.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

namespace minnow {
namespace {

struct Moments {
  double mean, variance, largest;
};

Moments moments(const Tensor& tensor) {
  double sum = 0, squares = 0, largest = 0;
  for (const Real value : tensor.storage()) {
    const auto v = static_cast<double>(value);
    sum += v;
    squares += v * v;
    largest = std::max(largest, std::abs(v));
  }
  const auto n = static_cast<double>(tensor.size());
  return {sum / n, squares / n, largest};
}

// 40,000 weights: a variance is then within 3.5 % of its own in 5 sigma.
constexpr std::size_t in = 100, out = 400;

TEST(DenseInit, HeIsNormalWithVarianceTwoOverFanIn) {
  Rng rng{1};
  Dense dense(in, out, rng);
  const auto state = dense.state();
  const Moments weight = moments(*state[0].value);
  EXPECT_NEAR(weight.mean, 0, 0.004);
  EXPECT_NEAR(weight.variance / (2. / in), 1, 0.035);
  EXPECT_GT(weight.largest, 3.5 * std::sqrt(2. / in));  // a normal's tail, not a uniform's edge
  EXPECT_EQ(*state[1].value, zeros({out}));
}

TEST(DenseInit, XavierIsUniformWithinItsLimit) {
  Rng rng{2};
  Dense dense(in, out, rng, {.init = Init::xavier});
  const auto state = dense.state();
  const Moments weight = moments(*state[0].value);
  const double limit = std::sqrt(6. / (in + out));
  EXPECT_NEAR(weight.mean, 0, 0.004);
  EXPECT_NEAR(weight.variance / (2. / (in + out)), 1, 0.035);
  EXPECT_LE(weight.largest, limit);
  EXPECT_GT(weight.largest, 0.999 * limit);
  EXPECT_EQ(*state[1].value, zeros({out}));
}

TEST(DenseInit, PyTorchIsUniformWithinItsLimitIncludingBiases) {
  Rng rng{3};
  Dense dense(in, out, rng, {.init = Init::pytorch});
  const double limit = 0.1;  // 1 / sqrt(in)
  const auto state = dense.state();
  const Moments weight = moments(*state[0].value), bias = moments(*state[1].value);
  EXPECT_NEAR(weight.variance / (limit * limit / 3), 1, 0.035);
  EXPECT_LE(weight.largest, limit * (1 + 1e-7));
  EXPECT_GT(weight.largest, 0.999 * limit);
  EXPECT_NEAR(bias.variance / (limit * limit / 3), 1, 0.25);
  EXPECT_LE(bias.largest, limit * (1 + 1e-7));
  EXPECT_GT(bias.largest, 0.97 * limit);
}

TEST(DenseInit, TheSameSeedGivesTheSameWeights) {
  Rng a{4}, b{4}, c{5};
  Dense first(3, 2, a), second(3, 2, b), third(3, 2, c);
  EXPECT_EQ(*first.state()[0].value, *second.state()[0].value);
  EXPECT_NE(*first.state()[0].value, *third.state()[0].value);
  Dense next(3, 2, a);
  EXPECT_NE(*first.state()[0].value, *next.state()[0].value) << "two layers from one stream must differ";
}

TEST(Dense, HasPyTorchsNamesAndShapes) {
  Rng rng{1};
  Dense with(3, 2, rng), without(3, 2, rng, {.bias = false});
  const auto state = with.state();
  ASSERT_EQ(state.size(), 2u);
  EXPECT_EQ(state[0].name, "weight");
  EXPECT_EQ(state[0].value->shape(), (Shape{2, 3}));
  EXPECT_EQ(state[1].name, "bias");
  EXPECT_EQ(state[1].value->shape(), Shape{2});
  EXPECT_EQ(with.num_parameters(), 8u);
  EXPECT_EQ(without.state().size(), 1u);
  EXPECT_EQ(without.num_parameters(), 6u);
  EXPECT_EQ(with.name(), "Dense(3 -> 2)");
}

TEST(Dense, RefusesOtherShapes) {
  Rng rng{1};
  const Dense dense(784, 128, rng);
  const auto shape_message = [&](const Shape& x) { return message<ShapeError>([&] { dense.output_shape(x); }); };
  EXPECT_EQ(dense.output_shape({64, 784}), (Shape{64, 128}));
  EXPECT_EQ(dense.output_shape({0, 784}), (Shape{0, 128}));
  EXPECT_EQ(shape_message({64, 28, 28}),
            "Dense(784 -> 128): expected input (N, ..., 784), got (64, 28, 28). Put Flatten before it.");
  EXPECT_EQ(shape_message({64, 783}), "Dense(784 -> 128): expected input (N, ..., 784), got (64, 783).");
  EXPECT_EQ(shape_message({784}), "Dense(784 -> 128): expected input (N, ..., 784), got (784).");
  EXPECT_EQ(shape_message({}), "Dense(784 -> 128): expected input (N, ..., 784), got ().");
}

TEST(Dense, RefusesSizesOfZero) {
  Rng rng{1};
  EXPECT_EQ(message<ValueError>([&] { Dense(0, 3, rng); }), "Dense(0 -> 3): expected sizes from 1 to 2^31 - 1.");
  EXPECT_EQ(message<ValueError>([&] { Dense(3, 0, rng); }), "Dense(3 -> 0): expected sizes from 1 to 2^31 - 1.");
}

struct Pass {
  Tensor x{{1, 2, 3}, {4, 5, 6}}, y, dy{{1, 0}, {0, 1}}, dx = zeros({2, 3});
  Context context;
  void run(Layer& layer) {
    resize(y, layer.output_shape(x.shape()));
    layer.forward(x, y, context);
    layer.backward(x, y, dy, &dx, context);
  }
};

TEST(Dense, AFrozenParameterGetsNoGradient) {
  Rng rng{1};
  Dense dense(3, 2, rng);
  const auto state = dense.state();
  Pass pass;
  state[0].parameter->trainable = false;
  pass.run(dense);
  EXPECT_FALSE(state[0].parameter->has_gradient());
  EXPECT_TRUE(state[1].parameter->has_gradient());
  EXPECT_EQ(pass.dx(1, 2), (*state[0].value)(1, 2)) << "layers before it are still trained";

  state[1].parameter->clear_gradient();
  state[1].parameter->trainable = false;
  pass.run(dense);
  EXPECT_FALSE(state[1].parameter->has_gradient());
}

TEST(Dense, ConfinesNaNToItsRow) {
  Rng rng{1};
  Dense dense(3, 2, rng);
  Pass pass;
  pass.x(1, 1) = std::numeric_limits<Real>::quiet_NaN();
  pass.run(dense);
  EXPECT_TRUE(std::isfinite(pass.y(0, 0)) && std::isfinite(pass.y(0, 1)));
  EXPECT_TRUE(std::isnan(pass.y(1, 0)) && std::isnan(pass.y(1, 1)));
}

TEST(Dense, CopiesAreIndependent) {
  Rng rng{1};
  Dense dense(3, 2, rng);
  Dense copy = dense;
  copy.state()[0].value->fill(0);
  EXPECT_NE(*dense.state()[0].value, *copy.state()[0].value);
}

}  // namespace
}  // namespace minnow
