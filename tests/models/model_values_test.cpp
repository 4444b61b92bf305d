// Models are values: after a move, a swap or an assignment both models are usable, and optimizers keep their model.

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

TEST(ModelValues, AssigningTheBestModelMakesGradientsStale) {
  Sequential model = make_model(1);
  const Sequential best = model;
  SGD sgd{model.parameters(), {.learning_rate = 1}};
  const Tensor y = model.predict(x);
  model.forward(x);
  model.backward(dy);
  model = best;
  EXPECT_THROW(sgd.step(), Error) << "the gradient belongs to the previous values";
  EXPECT_EQ(model.predict(x), y);
  model.forward(x);
  model.backward(dy);
  sgd.step();
  EXPECT_NE(model.predict(x), y) << "the optimizer still trains the model";
}

TEST(ModelValues, AnotherArchitectureCannotBeAssignedWhileAnOptimizerExists) {
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

TEST(ModelValues, AClassDerivedFromSequentialCanBeCopied) {
  struct Net : Sequential {
    explicit Net(Rng& rng) : Sequential{Dense(3, 2, rng), ReLU()} {}
    Net(const Net& other) : Sequential(other) {}
  };
  Rng rng{1};
  const Net net(rng), copy(net);
  EXPECT_EQ(copy.size(), 2u);
}

TEST(ModelValues, AnErrorNamesTheIndexOfTheLayer) {
  Rng rng{1};
  Sequential model{Dense(3, 4, rng), Dense(5, 2, rng)};
  try {
    model.forward(x);
    FAIL();
  } catch (const ShapeError& error) {
    EXPECT_STREQ(error.what(), "layer 1, Dense(5 -> 2): expected input (N, ..., 5), got (5, 4).");
  }
}

TEST(ModelValues, AChildCanBeAssignedToItsModel) {
  for (const bool move : {false, true}) {
    Sequential model{make_model(1), ReLU()};
    auto& child = static_cast<Sequential&>(model[0]);
    const Tensor y = child.predict(x);
    if (move)
      model = std::move(child);
    else
      model = child;
    EXPECT_EQ(model.size(), 3u);
    EXPECT_EQ(model.predict(x), y);
    model.forward(x);
    model.backward(dy);
  }
}

TEST(ModelValues, AMovedFromModelHasNoPassToContinue) {
  Sequential a = make_model(1), b = make_model(2);
  a.forward(x);
  b = std::move(a);
  EXPECT_EQ(a.size(), 0u);  // NOLINT(bugprone-use-after-move)
  EXPECT_THROW(a.backward(dy), Error);
  EXPECT_TRUE(a.step_outputs().empty());
  a.add(ReLU());
  EXPECT_EQ(a.predict(x), x);
}

TEST(ModelValues, RestoringASnapshotMakesGradientsStale) {
  Sequential model = make_model(1), expected = model;
  const Snapshot snapshot(model);
  const Tensor other = zeros({5, 3}) + Real(7);
  model.forward(other);
  model.backward(dy);
  model.forward(x);
  snapshot.restore(model);
  EXPECT_THROW(model.backward(dy), Error) << "the pass ran with other parameters";
  for (Sequential* each : {&model, &expected}) {
    each->forward(x);
    each->backward(dy);
  }
  EXPECT_EQ(model.parameters()[0].parameter->grad, expected.parameters()[0].parameter->grad)
      << "the gradient from before the restore is overwritten";
}

/// A layer whose visit_state leaves out its parameter.
class Forgetful : public ReLU {
 public:
  explicit Forgetful(std::size_t size) : scale_(Shape{size}) {}
  std::string name() const override { return "Forgetful"; }
  std::vector<NamedTensor> state() override { return {{"scale", scale_}}; }
  void visit_state(StateVisitor&) override {}

 private:
  Parameter scale_;
};

TEST(ModelValues, AssignmentComparesTheStateThatVisitStateLeavesOut) {
  Rng rng{1};
  Sequential model{Dense(3, 4, rng), Forgetful(4)}, other{Dense(3, 4, rng), Forgetful(5)};
  const SGD sgd{model.parameters()};
  const Snapshot before(model);
  EXPECT_THROW(model = other, Error);
  EXPECT_EQ(first_difference(Snapshot(model), before), "");
}

}  // namespace
}  // namespace minnow
