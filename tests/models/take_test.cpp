#include <minnow/core/error.hpp>
#include <minnow/layers.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/sgd.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

Sequential four_layers() {
  Rng rng{1};
  return Sequential{Dense(4, 6, rng), Tanh(), Dense(6, 5, rng), ReLU()};
}

TEST(Take, TwoPartsComputeWhatTheModelComputes) {
  Sequential model = four_layers();
  const Tensor x = random({3, 4}, 7);
  const Tensor expected = model.predict(x);
  Sequential first = model.take(0, 2), second = model.take(2);
  EXPECT_EQ(model.size(), 4u);
  EXPECT_EQ(first.size() + second.size(), 4u);
  const Tensor between = first.predict(x);
  EXPECT_EQ(second.predict(between), expected);
}

TEST(Take, CopiesAreIndependent) {
  Sequential model = four_layers();
  Sequential part = model.take(0, 1);
  part.parameters()[0].parameter->value.fill(0);
  EXPECT_NE((*model.state()[0].value)(0, 0), 0);
}

TEST(Take, OfATemporaryMovesTheLayers) {
  Sequential model = four_layers();
  const FixedTensor* weight = model.state()[2].value;
  Sequential head = std::move(model).take(2, 3);
  EXPECT_EQ(head.state()[0].value, weight);
  EXPECT_EQ(head.size(), 1u);
  ASSERT_EQ(model.size(), 3u);
  EXPECT_EQ(model.output_shape({2, 4}), (Shape{2, 6}));  // Dense, Tanh, ReLU
  const Tensor x = random({3, 4}, 7);
  EXPECT_EQ(model.predict(x).shape(), (Shape{3, 6}));
}

TEST(Take, AHeadIsReplaced) {
  Rng rng{2};
  Sequential model = four_layers().take(0, 2);
  model.add(Dense(6, 3, rng));
  EXPECT_EQ(model.output_shape({2, 4}), (Shape{2, 3}));
}

TEST(Take, RefusesARangeOutsideTheModel) {
  const Sequential model = four_layers();
  EXPECT_EQ(message<ValueError>([&] { model.take(2, 5); }),
            "Sequential(4 layers): expected a range of layers from 0 to 4, got 2 to 5.");
  EXPECT_EQ(message<ValueError>([&] { model.take(5); }),
            "Sequential(4 layers): expected a range of layers from 0 to 4, got 5 to 4.");
  EXPECT_EQ(message<ValueError>([&] { model.take(3, 2); }),
            "Sequential(4 layers): expected a range of layers from 0 to 4, got 3 to 2.");
  EXPECT_EQ(model.take(4).size(), 0u);
}

TEST(Take, MovesNoLayersOutOfAnOptimizersModel) {
  Sequential model = four_layers();
  SGD sgd{model.parameters(), {.learning_rate = 0.1}};
  EXPECT_EQ(message<Error>([&] { std::move(model).take(0, 1); }),
            "Sequential: expected layers to be moved before an optimizer is built, got take() after it. Build the "
            "optimizer last, or copy the layers: model.take(first, last).");
  EXPECT_EQ(model.size(), 4u);
  EXPECT_EQ(model.take(0, 1).size(), 1u);
}

}  // namespace
}  // namespace minnow
