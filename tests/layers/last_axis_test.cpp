// Layers on the last axis compute the same bits for (N, T, C) and (N T, C).

#include <minnow/core/check_gradients.hpp>
#include <minnow/layers.hpp>
#include <minnow/models.hpp>

#include <tests/support/small_model.hpp>

#include <cstring>

#include <gtest/gtest.h>

namespace minnow {
namespace {

struct Passes {
  Tensor y, dx;
  std::vector<Tensor> gradients;
};

/// Runs forward and backward for an x of the given shape. The elements do not depend on the shape.
Passes run(Layer& layer, const Shape& shape, std::size_t out) {
  Shape y_shape = shape;
  y_shape.back() = out;
  const Tensor x = random(shape, 1), dy = random(y_shape, 2);
  Passes passes{zeros(layer.output_shape(shape)), zeros(shape), {}};
  EXPECT_EQ(passes.y.shape(), y_shape);
  Context context;
  layer.forward(x, passes.y, context);
  layer.backward(x, passes.y, dy, &passes.dx, context);
  for (const NamedTensor& entry : layer.parameters()) {
    passes.gradients.push_back(entry.parameter->grad);
    entry.parameter->clear_gradient();
  }
  return passes;
}

bool same_elements(const Tensor& a, const Tensor& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Real)) == 0;
}

void expect_same_as_rows(Layer& layer, std::size_t in, std::size_t out) {
  for (const Shape& shape : {Shape{3, 4, in}, Shape{2, 3, 2, in}, Shape{12, 1, in}, Shape{1, 12, in}}) {
    const Passes rows = run(layer, {12, in}, out), axes = run(layer, shape, out);
    EXPECT_TRUE(same_elements(axes.y, rows.y)) << layer.name() << " " << to_string(shape);
    EXPECT_TRUE(same_elements(axes.dx, rows.dx)) << layer.name() << " " << to_string(shape);
    EXPECT_EQ(axes.gradients, rows.gradients) << layer.name() << " " << to_string(shape);
  }
  for (const Shape& shape : {Shape{0, 4, in}, Shape{3, 0, in}}) run(layer, shape, out);
  const GradientReport report = check_gradients(layer, {3, 2, in});
  EXPECT_TRUE(report) << report.failure;
}

TEST(LastAxis, DenseAcceptsAnyAxesBeforeIt) {
  Rng rng{1};
  Dense dense(5, 7, rng), without_bias(5, 7, rng, {.bias = false});
  expect_same_as_rows(dense, 5, 7);
  expect_same_as_rows(without_bias, 5, 7);
  Sequential fused{Dense(5, 7, rng), Tanh()};
  expect_same_as_rows(fused, 5, 7);
  Sequential deep{Dense(5, 7, rng), Sigmoid(), Dense(7, 4, rng), LogSoftmax()};
  expect_same_as_rows(deep, 5, 4);
}

TEST(LastAxis, SoftmaxAndLogSoftmaxAcceptAnyAxesBeforeIt) {
  Softmax softmax;
  LogSoftmax log_softmax;
  expect_same_as_rows(softmax, 5, 5);
  expect_same_as_rows(log_softmax, 5, 5);
}

TEST(LastAxis, LayerNormAndActivationsAcceptAnyAxesBeforeIt) {
  LayerNorm norm(5);
  GELU gelu;
  expect_same_as_rows(norm, 5, 5);
  expect_same_as_rows(gelu, 5, 5);
}

}  // namespace
}  // namespace minnow
