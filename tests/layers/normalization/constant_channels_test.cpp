#include <minnow/core/math/instruction_set.hpp>
#include <minnow/layers/convolution/conv2d.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/normalization/layer_norm.hpp>
#include <minnow/models/sequential.hpp>

#include <tests/support/small_model.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// 0, and numbers that are 0 as a Real or so small that 1 / sqrt(eps) squared overflows.
const std::vector<double> tiny{0, 1e-320, std::is_same_v<Real, double> ? 5e-324 : 1e-77};

struct Pass {
  Tensor y, dx;
};

Pass run(Layer& layer, const Tensor& x, const Tensor& dy, Mode mode) {
  Context context(mode);
  Pass pass{zeros(x.shape()), zeros(x.shape())};
  pass.dx.fill(-1);
  layer.forward(x, pass.y, context);
  layer.backward(x, pass.y, dy, &pass.dx, context);
  return pass;
}

FixedTensor& value(Layer& layer, std::size_t index) { return *layer.state()[index].value; }

/// Expects y = bias and dx = 0 of a norm of three channels, whose channels 0 and 2 are constant, and normal results of
/// channel 1.
void expect_bias(Layer& norm, const Shape& shape, Mode mode, double constant) {
  const std::size_t size = num_elements(shape) / shape[0] / 3;
  const Tensor dy = random(shape, 2);
  Tensor x = random(shape, 1);
  const auto channel = [&](std::size_t i) { return i / size % 3; };
  for (std::size_t i = 0; i < x.size(); ++i)
    if (channel(i) != 1) x.data()[i] = static_cast<Real>(constant);
  const Pass pass = run(norm, x, dy, mode);
  const std::string at = norm.name() + ", " + to_string(shape) + ", " + std::to_string(constant);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (channel(i) != 1) {
      ASSERT_EQ(pass.y.data()[i], value(norm, 1)(channel(i))) << at;
      ASSERT_EQ(pass.dx.data()[i], 0) << at;
    }
    ASSERT_TRUE(std::isfinite(pass.y.data()[i]) && std::isfinite(pass.dx.data()[i])) << at;
  }
  for (const NamedTensor& entry : norm.parameters())
    for (std::size_t c = 0; c < 3; ++c) ASSERT_TRUE(std::isfinite(entry.parameter->grad(c))) << at << entry.name;
  for (const std::size_t c : {0u, 2u}) ASSERT_EQ(norm.parameters()[0].parameter->grad(c), 0) << at;
}

const std::vector<double> constants{0, 0.1, -12345.678, 1e20, 1e-20};

TEST(ConstantChannels, OfABatchNormWithoutEpsGiveTheBias) {
  for (const std::string& set : kernels::instruction_sets()) {
    kernels::force_instruction_set(set);
    for (const double eps : tiny)
      for (const double constant : constants) {
        BatchNorm1d vectors(3, {.eps = eps});
        BatchNorm2d images(3, {.eps = eps});
        for (Layer* norm : {static_cast<Layer*>(&vectors), static_cast<Layer*>(&images)}) {
          value(*norm, 0).assign({2, 3, 4});
          value(*norm, 1).assign({0.5, -1, 7});
        }
        for (const Shape& shape : {Shape{2, 3}, Shape{300, 3}, Shape{5, 3, 77}})
          expect_bias(vectors, shape, Mode::train, constant);
        for (const Shape& shape : {Shape{4, 3, 1, 1}, Shape{6, 3, 9, 11}, Shape{2, 3, 70, 70}})
          expect_bias(images, shape, Mode::train, constant);
        value(vectors, 3).assign({0, 1, 0});  // running_var
        value(images, 3).assign({0, 1, 0});
        expect_bias(vectors, {5, 3}, Mode::eval, constant);
        expect_bias(images, {2, 3, 5, 5}, Mode::eval, constant);
        Tensor scale, shift;
        ASSERT_TRUE(images.evaluation(scale, shift));
        EXPECT_EQ(scale(0), 0);
        EXPECT_EQ(shift(2), 7);
      }
  }
  kernels::force_baseline(false);
}

TEST(ConstantChannels, OfALayerNormWithoutEpsGiveTheBias) {
  for (const std::string& set : kernels::instruction_sets()) {
    kernels::force_instruction_set(set);
    for (const double eps : tiny)
      for (const double constant : constants)
        for (const std::size_t n : {1u, 2u, 7u, 64u, 1000u, 5000u}) {
          LayerNorm norm(n, {.eps = eps});
          value(norm, 1) = random({n}, 1);
          Tensor x = random({3, n}, 2);
          for (std::size_t j = 0; j < n; ++j) x(0, j) = x(2, j) = static_cast<Real>(constant);
          const Pass pass = run(norm, x, random({3, n}, 3), Mode::train);
          for (std::size_t j = 0; j < n; ++j) {
            for (const std::size_t i : {0u, 2u}) {
              ASSERT_EQ(pass.y(i, j), value(norm, 1)(j)) << n << ", " << constant << " on " << set;
              ASSERT_EQ(pass.dx(i, j), 0) << n << ", " << constant << " on " << set;
            }
            ASSERT_TRUE(std::isfinite(pass.dx(1, j)) && std::isfinite(norm.parameters()[0].parameter->grad(j))) << n;
          }
        }
  }
  kernels::force_baseline(false);
}

// A convolution with weights of 0 has constant channels. The norm is fused into it, and folded in predictions.
TEST(ConstantChannels, OfAFusedConvolutionGiveTheBias) {
  Rng rng{1};
  Sequential model{Conv2d(2, 3, 3, rng), BatchNorm2d(3, {.eps = 0, .momentum = 1})};
  for (const NamedTensor& entry : model.state())
    if (entry.name == "0.weight")
      entry.value->fill(0);
    else if (entry.name == "0.bias")
      entry.value->assign({0.1, 0, 3});
    else if (entry.name == "1.bias")
      entry.value->assign({0.5, -1, 7});
  const Tensor x = random({4, 2, 6, 6}, 2);
  const auto expect_bias = [](const Tensor& y) {
    for (std::size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y.data()[i], (Tensor{0.5, -1, 7}(i / 16 % 3))) << i;
  };
  expect_bias(model.forward(x));
  model.backward(random({4, 3, 4, 4}, 3));
  for (const NamedTensor& entry : model.parameters())
    for (std::size_t i = 0; i < entry.value->size(); ++i)
      ASSERT_EQ(entry.parameter->grad.data()[i] == 0, entry.name != "1.bias") << entry.name;
  expect_bias(model.predict(x));  // running_var is 0
}

}  // namespace
}  // namespace minnow
