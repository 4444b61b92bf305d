#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/linear/embedding.hpp>
#include <minnow/layers/shape/flatten.hpp>
#include <minnow/layers/shape/reshape.hpp>
#include <minnow/models/sequential.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/threads_for_test.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using minnow::testing::ThreadsForTest;

Embedding embedding(std::size_t count, std::size_t dim, const EmbeddingOptions& options = {}) {
  Rng rng{1};
  return Embedding(count, dim, rng, options);
}

std::string refusal(const Tensor& x) {
  Embedding layer = embedding(10, 4);
  Context context;
  Tensor y = zeros(layer.output_shape(x.shape()));
  return message<ValueError>([&] { layer.forward(x, y, context); });
}

TEST(Embedding, RefusesAnElementThatIsNoIdAndNamesItsIndex) {
  EXPECT_EQ(refusal(Tensor{{0, 9}, {3, 10}}),
            "Embedding(10 -> 4): expected whole numbers from 0 to 9, got 10 at (1, 1).");
  EXPECT_EQ(refusal(Tensor{{0, -1}}), "Embedding(10 -> 4): expected whole numbers from 0 to 9, got -1 at (0, 1).");
  EXPECT_EQ(refusal(Tensor{2.5}), "Embedding(10 -> 4): expected whole numbers from 0 to 9, got 2.5 at (0).");
  EXPECT_NE(refusal(Tensor{std::numeric_limits<Real>::quiet_NaN()}), "no error");
  EXPECT_NE(refusal(Tensor{std::numeric_limits<Real>::infinity()}), "no error");
  EXPECT_EQ(refusal(Tensor{{0, 9}}), "no error");
}

TEST(Embedding, RefusesSizesOfZeroAndAPaddingIndexOutsideTheTable) {
  EXPECT_EQ(message<ValueError>([] { embedding(0, 4); }), "Embedding(0 -> 4): expected sizes of at least 1.");
  EXPECT_EQ(message<ValueError>([] { embedding(4, 0); }), "Embedding(4 -> 0): expected sizes of at least 1.");
  EXPECT_EQ(message<ValueError>([] { embedding(4, 2, {.padding_idx = 4}); }),
            "Embedding(4 -> 2): expected a padding_idx below 4, got 4.");
  EXPECT_THROW(embedding(4, 2).output_shape({}), ShapeError);
  EXPECT_THROW(embedding((std::size_t{1} << std::numeric_limits<Real>::digits) + 2, 1), ValueError);
}

TEST(Embedding, IsInitialisedNormalWithPaddingZero) {
  Embedding layer = embedding(200, 100, {.padding_idx = 7});
  const Tensor& weight = *layer.state()[0].value;
  double squares = 0;
  for (const Real v : weight.storage()) squares += static_cast<double>(v) * static_cast<double>(v);
  EXPECT_NEAR(squares / (199 * 100), 1, 0.05);
  for (std::size_t j = 0; j < 100; ++j) EXPECT_EQ(weight(7, j), 0);
}

TEST(Embedding, GradientsMatchFiniteDifferences) {
  const Tensor several{{0, 3, 3}, {1, 3, 0}}, same{{2, 2, 2}, {2, 2, 2}};
  for (const Tensor* ids : {&several, &same}) {
    Embedding layer = embedding(4, 5);
    // Finite differences in x are not defined, because ids are whole numbers. A layer around it rounds x.
    struct Rounded : Layer {
      explicit Rounded(const Embedding& e) : embedding(e) {}
      std::string name() const override { return "Rounded"; }
      Shape output_shape(const Shape& input) const override { return embedding.output_shape(input); }
      Tensor nearest(const Tensor& x) const {
        Tensor ids = x;
        for (Real& v : ids.storage()) v = std::round(v);
        return ids;
      }
      void forward(const Tensor& x, Tensor& y, Context& context) override { embedding.forward(nearest(x), y, context); }
      void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override {
        embedding.backward(nearest(x), y, dy, dx, context);
      }
      std::vector<NamedTensor> state() override { return embedding.state(); }
      MemoryUse memory_use() const override { return embedding.memory_use(); }
      Embedding embedding;
    } rounded(layer);
    const GradientReport report = check_gradients(rounded, {2, 3}, {.input = *ids});
    EXPECT_TRUE(report) << report.failure;
  }
}

TEST(Embedding, AddsTheGradientsOfARepeatedIdAndSkipsThePadding) {
  Embedding layer = embedding(3, 2, {.padding_idx = 0});
  const Tensor x{1, 0, 1}, dy{{1, 2}, {10, 20}, {100, 200}};
  Context context;
  Tensor y = zeros({3, 2}), dx = random({3}, 1);
  layer.forward(x, y, context);
  layer.backward(x, y, dy, &dx, context);
  EXPECT_EQ(layer.parameters()[0].parameter->grad, (Tensor{{0, 0}, {101, 202}, {0, 0}}));
  EXPECT_EQ(dx, zeros({3}));
}

TEST(Embedding, GivesTheSameBitsForAnyNumberOfThreads) {
  Tensor x = zeros({900, 7});
  for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<Real>(i * i % 13);
  const Tensor dy = random({900, 7, 130}, 2);
  Tensor y[2], grad[2];
  for (const int threads : {1, 3}) {
    ThreadsForTest held(threads);
    Embedding layer = embedding(13, 130);
    Context context;
    y[threads / 2] = zeros(dy.shape());
    layer.forward(x, y[threads / 2], context);
    layer.backward(x, y[threads / 2], dy, nullptr, context);
    grad[threads / 2] = layer.parameters()[0].parameter->grad;
  }
  EXPECT_TRUE(y[0] == y[1] && grad[0] == grad[1]);
}

TEST(Embedding, AcceptsAnEmptyBatchAndAFrozenWeight) {
  Embedding layer = embedding(3, 2);
  Context context;
  Tensor x = zeros({0, 4}), y = zeros({0, 4, 2});
  layer.forward(x, y, context);
  layer.backward(x, y, y, nullptr, context);
  EXPECT_EQ(layer.parameters()[0].parameter->grad, zeros({3, 2}));
  Embedding frozen = embedding(3, 2);
  frozen.parameters()[0].parameter->trainable = false;
  frozen.backward(x, y, y, nullptr, context);
  EXPECT_FALSE(frozen.parameters()[0].parameter->has_gradient());
}

TEST(Embedding, CanBeTheFirstLayerOfAModel) {
  Rng rng{1};
  Sequential model{Embedding(5, 3, rng), Flatten(), Dense(6, 2, rng)};
  const Tensor x{{0, 4}, {2, 2}};
  EXPECT_EQ(model.forward(x).shape(), (Shape{2, 2}));
  model.backward(random({2, 2}, 1));
  EXPECT_TRUE(model.parameters()[0].parameter->has_gradient());
  EXPECT_EQ(model.parameters()[0].name, "0.weight");
}

TEST(Reshape, ChangesTheShapeOfSamples) {
  Reshape layer({3, -1});
  EXPECT_EQ(layer.name(), "Reshape(3, -1)");
  EXPECT_EQ(layer.output_shape({5, 6, 2}), (Shape{5, 3, 4}));
  EXPECT_EQ(layer.output_shape({0, 6, 2}), (Shape{0, 3, 4}));
  EXPECT_EQ(Reshape({2, 2, 2}).output_shape({5, 8}), (Shape{5, 2, 2, 2}));
  EXPECT_EQ(Reshape({-1}).output_shape({5, 2, 3}), (Shape{5, 6}));
  const GradientReport report = check_gradients(layer, {4, 12});
  EXPECT_TRUE(report) << report.failure;
}

TEST(Reshape, RefusesInvalidExtentsAndShapes) {
  EXPECT_EQ(message<ShapeError>([] {
              Reshape({2, 4}).output_shape({5, 3, 3});
            }),
            "Reshape(2, 4): expected 8 elements per sample, got 9 in (5, 3, 3).");
  EXPECT_EQ(message<ShapeError>([] {
              Reshape({4, -1}).output_shape({5, 6});
            }),
            "Reshape(4, -1): expected a multiple of 4 elements per sample, got 6 in (5, 6).");
  EXPECT_THROW(Reshape({2}).output_shape({}), ShapeError);
  EXPECT_EQ(message<ValueError>([] {
              Reshape({-1, 2, -1});
            }),
            "Reshape(-1, 2, -1): expected extents of at least 1, except for one extent of -1.");
  EXPECT_THROW(Reshape({0, 2}), ValueError);
  EXPECT_THROW(Reshape({-3}), ValueError);
}

}  // namespace
}  // namespace minnow
