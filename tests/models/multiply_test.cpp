// The values are in multiply.json.

#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers.hpp>
#include <minnow/models/multiply.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

Multiply squeeze_and_excitation(std::size_t channels, Rng& rng) {
  return Multiply(Sequential{GlobalAvgPool2d(), Dense(channels, 2, rng), SiLU(), Dense(2, channels, rng), Sigmoid()});
}

TEST(Multiply, GradientsMatchFiniteDifferences) {
  Rng rng{1};
  Multiply elements(Sequential{Dense(5, 5, rng), Tanh()}), channels = squeeze_and_excitation(3, rng);
  Multiply reshaped(Sequential{GlobalAvgPool2d(), Sigmoid(), Reshape({3, 1, 1})});
  Multiply of_images(Conv2d(3, 3, 1, rng));
  for (const auto& [layer, shape] : {std::pair<Layer*, Shape>{&elements, {4, 5}},
                                     {&channels, {2, 3, 4, 5}},
                                     {&reshaped, {2, 3, 4, 5}},
                                     {&of_images, {2, 3, 2, 3}},
                                     {&channels, {2, 3, 1, 1}}}) {
    const GradientReport report = check_gradients(*layer, shape);
    EXPECT_TRUE(report) << report.failure;
  }
}

TEST(Multiply, MultipliesEachChannelByItsFactor) {
  Multiply mean((GlobalAvgPool2d()));
  Tensor x = zeros({1, 2, 1, 2}), y = x;
  x(0, 0, 0, 0) = 1, x(0, 0, 0, 1) = 3, x(0, 1, 0, 0) = -1, x(0, 1, 0, 1) = 5;  // means 2 and 2
  Context context(Mode::eval);
  mean.forward(x, y, context);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(y.data()[i], 2 * x.data()[i]);
}

TEST(Multiply, TrainsOnlyItsGateWithoutADx) {
  Rng rng{1};
  Sequential model{squeeze_and_excitation(3, rng), Flatten(), Dense(12, 2, rng)};
  const Tensor x = random({2, 3, 2, 2}, 3);
  Tensor dy = zeros({2, 2});
  dy.fill(1);
  model.forward(x);
  model.backward(dy);
  for (const NamedTensor& entry : model.parameters()) EXPECT_TRUE(entry.parameter->has_gradient()) << entry.name;
  EXPECT_EQ(model.parameters()[0].name, "0.gate.1.weight");
}

TEST(Multiply, RefusesAGateOfAnotherShape) {
  Rng rng{1};
  const Multiply gate(Dense(4, 3, rng)), pool(GlobalAvgPool2d{});
  EXPECT_EQ(message<ShapeError>([&] {
              gate.output_shape({2, 4});
            }),
            "Multiply(Dense(4 -> 3)): expected gate(x) of the shape (2, 4), got (2, 3).");
  const Multiply narrow(Sequential{GlobalAvgPool2d(), Dense(4, 3, rng)});
  EXPECT_EQ(message<ShapeError>([&] {
              narrow.output_shape({2, 4, 5, 6});
            }),
            "Multiply(Sequential(2 layers)): expected gate(x) of the shape (2, 4, 5, 6) or (2, 4), got (2, 3).");
  EXPECT_EQ(message<ShapeError>([&] {
              pool.output_shape({2, 4});
            }),
            "gate, GlobalAvgPool2d: expected input (N, C, H, W) with H and W of at least 1, got (2, 4).");
}

}  // namespace
}  // namespace minnow
