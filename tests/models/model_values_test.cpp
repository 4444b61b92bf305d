// Models are values: moving, swapping and assigning them leaves both sides usable, and optimizers where they were.

#include <minnow/core/error.hpp>
#include <minnow/core/snapshot.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/sgd.hpp>

#include <utility>

#include <gtest/gtest.h>

namespace minnow {
namespace {

Sequential make_model(std::uint64_t seed) {
  Rng rng{seed};
  return Sequential{Dense(3, 4, rng), ReLU(), Dense(4, 2, rng)};
}

const Tensor x = zeros({5, 3}) + Real(0.5);
const Tensor dy = zeros({5, 2}) + Real(1);

TEST(ModelValues, SwapAfterUse) {
  Sequential a = make_model(1), b = make_model(2);
  const Tensor ya = a.forward(x), yb = b.forward(x);
  a.predict(x), b.predict(x);
  std::swap(a, b);
  EXPECT_EQ(a.forward(x), yb);
  EXPECT_EQ(b.forward(x), ya);
  EXPECT_EQ(a.predict(x), yb);
}

TEST(ModelValues, AMovedFromModelCanBeAssignedTo) {
  Sequential a = make_model(1);
  const Tensor y = a.forward(x);
  Sequential b = std::move(a);
  EXPECT_THROW(a.backward(dy), Error);  // NOLINT(bugprone-use-after-move)
  a = b;
  EXPECT_EQ(a.forward(x), y);
  EXPECT_EQ(a.predict(x), y);
}

TEST(ModelValues, RestoringTheBestForgetsGradients) {
  Sequential model = make_model(1);
  const Sequential best = model;
  SGD sgd{model.parameters(), {.learning_rate = 1}};
  const Tensor y = model.predict(x);
  model.forward(x);
  model.backward(dy);
  model = best;
  EXPECT_THROW(sgd.step(), Error) << "the gradient was of the numbers before";
  EXPECT_EQ(model.predict(x), y);
  model.forward(x);
  model.backward(dy);
  sgd.step();
  EXPECT_NE(model.predict(x), y) << "the optimizer still trains the model";
}

TEST(ModelValues, AnotherNetworkCannotBeAssignedWhileAnOptimizerLives) {
  Rng rng{1};
  Sequential model{Sequential{Dense(3, 4, rng), ReLU()}, Dense(4, 2, rng)};
  const Sequential other{Sequential{Dense(3, 4, rng), Tanh()}, Dense(4, 2, rng)};
  {
    SGD sgd{model.parameters()};
    EXPECT_THROW(model = other, Error);
    EXPECT_THROW(model.add(ReLU()), Error);
    EXPECT_THROW(SGD{model.parameters()}, ValueError) << "two optimizers on one model";
  }
  EXPECT_NO_THROW(model.add(ReLU()));
  EXPECT_NO_THROW(model = other);
  EXPECT_NO_THROW(SGD{model.parameters()});
}

TEST(ModelValues, ALayerOfOtherSizesCannotBeAssigned) {
  Rng rng{1};
  Sequential grown = make_model(1);
  SGD sgd{grown.parameters(), {.learning_rate = 1, .momentum = 0.9}};
  grown.forward(x);
  grown.backward(dy);
  sgd.step();
  const Snapshot before(grown);
  EXPECT_THROW(static_cast<Dense&>(grown[2]) = Dense(4, 2000, rng), ShapeError);
  EXPECT_EQ(first_difference(Snapshot(grown), before), "") << "the assignment that fails changes nothing";
  EXPECT_EQ(grown[2].name(), "Dense(4 -> 2)");
  grown.forward(x);
  grown.backward(dy);
  sgd.step();
}

TEST(ModelValues, ANetworkClassOfOnesOwnCanBeCopied) {
  struct Net : Sequential {
    explicit Net(Rng& rng) : Sequential{Dense(3, 2, rng), ReLU()} {}
    Net(const Net& other) : Sequential(other) {}
  };
  Rng rng{1};
  const Net net(rng), copy(net);
  EXPECT_EQ(copy.size(), 2u);
}

TEST(ModelValues, AnErrorNamesTheLayersPlace) {
  Rng rng{1};
  Sequential model{Dense(3, 4, rng), Dense(5, 2, rng)};
  try {
    model.forward(x);
    FAIL();
  } catch (const ShapeError& error) {
    EXPECT_STREQ(error.what(), "layer 1, Dense(5 -> 2): expected input (N, ..., 5), got (5, 4).");
  }
}

}  // namespace
}  // namespace minnow
