#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/normalization/layer_norm.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/threads_for_test.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using minnow::testing::ThreadsForTest;

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

struct Pass {
  Tensor y, dx;
};

Pass run(LayerNorm& layer, const Tensor& x, const Tensor& dy) {
  Context context;
  Pass pass{zeros(layer.output_shape(x.shape())), zeros(x.shape())};
  layer.forward(x, pass.y, context);
  layer.backward(x, pass.y, dy, &pass.dx, context);
  return pass;
}

TEST(LayerNorm, GradientsMatchFiniteDifferences) {
  for (const LayerNormOptions& options :
       {LayerNormOptions{}, LayerNormOptions{.eps = 0.1}, LayerNormOptions{.elementwise_affine = false},
        LayerNormOptions{.bias = false}}) {
    LayerNorm vectors(9, options), images({2, 3}, options);
    for (const NamedTensor& entry : vectors.state()) *entry.value = random(entry.value->shape(), 3);
    for (const NamedTensor& entry : images.state()) *entry.value = random(entry.value->shape(), 4);
    for (const GradientReport& report :
         {check_gradients(vectors, {5, 9}), check_gradients(vectors, {2, 3, 9}), check_gradients(images, {4, 2, 3})})
      EXPECT_TRUE(report) << report.failure;
  }
}

// The normalised elements of a constant row are 0: y is the bias.
TEST(LayerNorm, AcceptsConstantRowsAndSingleElements) {
  for (const std::size_t n : {1u, 2u, 7u, 64u, 1000u}) {
    LayerNorm layer(n);
    *layer.state()[1].value = random({n}, 1);
    for (const Real value : {Real(0), Real(0.1), Real(-12345.678), Real(1e6)}) {
      Tensor x = zeros({2, n});
      x.fill(value);
      const Pass pass = run(layer, x, random({2, n}, 2));
      for (std::size_t i = 0; i < 2 * n; ++i)
        ASSERT_NEAR(static_cast<double>(pass.y.data()[i]), static_cast<double>(layer.state()[1].value->data()[i % n]),
                    1e-6 + 1e-3 * std::abs(static_cast<double>(value)) *
                               static_cast<double>(std::numeric_limits<Real>::epsilon()))
            << n << ", " << value;
    }
  }
}

// A mean far from 0 must give the same results as inputs from which the mean was subtracted before.
TEST(LayerNorm, IsAccurateIfTheMeanIsFarFromZero) {
  constexpr std::size_t n = 333;
  LayerNorm layer(n);
  Tensor near = zeros({3, n}), far = near;
  const Tensor noise = random({3, n}, 5), dy = random({3, n}, 6);
  for (std::size_t i = 0; i < near.size(); ++i) {
    far.data()[i] = 10000 + Real(0.01) * noise.data()[i];
    near.data()[i] = far.data()[i] - 10000;  // exact
  }
  const Pass expected = run(layer, near, dy), got = run(layer, far, dy);
  for (std::size_t i = 0; i < near.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(got.y.data()[i]), static_cast<double>(expected.y.data()[i]), 2e-6);
    EXPECT_NEAR(static_cast<double>(got.dx.data()[i]), static_cast<double>(expected.dx.data()[i]), 1e-3);
  }
}

TEST(LayerNorm, ConfinesNaNToItsRow) {
  LayerNorm layer(5);
  Tensor x = random({3, 5}, 1);
  const Tensor dy = random({3, 5}, 2);
  const Pass clean = run(layer, x, dy);
  x(1, 2) = nan;
  const Pass pass = run(layer, x, dy);
  for (std::size_t j = 0; j < 5; ++j) {
    EXPECT_TRUE(std::isnan(pass.y(1, j)) && std::isnan(pass.dx(1, j)));
    for (const std::size_t i : {0u, 2u}) EXPECT_TRUE(pass.y(i, j) == clean.y(i, j) && pass.dx(i, j) == clean.dx(i, j));
  }
}

TEST(LayerNorm, AcceptsAnEmptyBatchAndFrozenParameters) {
  LayerNorm layer(5);
  layer.parameters()[0].parameter->trainable = false;
  run(layer, zeros({0, 5}), zeros({0, 5}));
  EXPECT_FALSE(layer.parameters()[0].parameter->has_gradient());
  EXPECT_EQ(layer.parameters()[1].parameter->grad.tensor(), zeros({5}));
}

TEST(LayerNorm, GivesTheSameBitsForAnyNumberOfThreads) {
  const Tensor x = random({700, 300}, 1), dy = random({700, 300}, 2);
  Tensor results[2][4];
  for (const int threads : {1, 3}) {
    ThreadsForTest held(threads);
    LayerNorm layer(300);
    Tensor(&result)[4] = results[threads / 2];
    const Pass pass = run(layer, x, dy);
    result[0] = pass.y;
    result[1] = pass.dx;
    for (std::size_t p = 0; p < 2; ++p) result[2 + p] = layer.parameters()[p].parameter->grad;
  }
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(results[0][i], results[1][i]) << i;
}

TEST(LayerNorm, RejectsInvalidShapesAndEps) {
  EXPECT_EQ(message<ShapeError>([] {
              LayerNorm({3, 4}).output_shape({2, 4, 3});
            }),
            "LayerNorm(3, 4): expected input (N, ..., 3, 4), got (2, 4, 3).");
  EXPECT_EQ(message<ShapeError>([] { LayerNorm(4).output_shape({4}); }),
            "LayerNorm(4): expected input (N, ..., 4), got (4).");
  EXPECT_EQ(message<ValueError>([] { LayerNorm layer(0); }), "LayerNorm(0): expected extents of at least 1.");
  EXPECT_THROW(LayerNorm(Shape{}), ValueError);
  EXPECT_EQ(message<ValueError>([] { LayerNorm layer(4, {.eps = -1}); }),
            "LayerNorm(4): expected an eps of at least 0, got -1.");
}

}  // namespace
}  // namespace minnow
