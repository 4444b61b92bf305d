// Changes of a model between its passes, and checks that a plan must not skip.

#include <minnow/core/error.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>

#include <tests/support/layer_by_layer.hpp>
#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/user_layers.hpp>

#include <algorithm>

namespace minnow {
namespace {

using namespace minnow::testing;

/// Accepts only rows of three; only output_shape checks this.
class TwiceOfThree : public Twice {
 public:
  std::string name() const override { return "TwiceOfThree"; }
  Shape output_shape(const Shape& input) const override {
    if (input.size() != 2 || input[1] != 3) throw ShapeError(name() + ": expected input (N, 3).");
    return input;
  }
};

TEST(PlanChanges, AnInPlaceLayerChecksItsShape) {
  Rng rng{1};
  Sequential model{Dense(6, 5, rng), TwiceOfThree()};
  const Tensor x = random({4, 6}, 1);
  EXPECT_EQ(message<ShapeError>([&] { model.forward(x); }), "layer 1, TwiceOfThree: expected input (N, 3).");
  EXPECT_EQ(message<ShapeError>([&] { model.predict(x); }), "layer 1, TwiceOfThree: expected input (N, 3).");
}

TEST(PlanChanges, AddingALayerEndsTheCurrentPass) {
  Rng rng{1};
  Sequential model{Dense(6, 3, rng), Dense(3, 3, rng)};
  const Tensor x = random({4, 6}, 1), dy = random({4, 3}, 2);
  model.forward(x);
  model.add(ReLU());
  EXPECT_THROW(model.backward(dy), Error);
  EXPECT_TRUE(model.step_outputs().empty());
}

TEST(PlanChanges, AddingALayerToANestedModelEndsTheCurrentPass) {
  Rng rng{1};
  Sequential model{Sequential{Dense(6, 3, rng), Dense(3, 3, rng)}, ReLU()};
  const Tensor x = random({4, 6}, 1), dy = random({4, 3}, 2);
  model.forward(x);
  static_cast<Sequential&>(model[0]).add(ReLU());
  EXPECT_THROW(model.backward(dy), Error);
}

/// A Dense is a value: another Dense can be assigned to a child of a model.
TEST(PlanChanges, AFusedStepUsesTheAssignedDense) {
  for (const bool bias_before : {false, true})
    for (const bool bias : {false, true}) {
      Rng rng{1};
      Sequential model{Dense(6, 5, rng, {.bias = bias_before}), ReLU()};
      const Tensor x = random({4, 6}, 1);
      model.forward(x);
      Dense other(6, 5, rng, {.bias = bias});
      for (const NamedTensor& entry : other.state()) *entry.value = random(entry.value->shape(), 5);
      static_cast<Dense&>(model[0]) = other;
      Sequential copy = model;
      LayerByLayer reference(copy);
      EXPECT_EQ(message<Error>([&] { expect_same(model.forward(x), reference.forward(x), "forward"); }), "no error")
          << "bias " << bias_before << " before, then " << bias;
    }
}

/// Reverses the order of all elements. The result is wrong if x and y share memory.
class Reversed : public Layer {
 public:
  std::string name() const override { return "Reversed"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context&) override {
    std::reverse_copy(x.data(), x.data() + x.size(), y.data());
  }
  void backward(const Tensor&, const Tensor&, const Tensor& dy, Tensor* dx, Context&) override {
    if (dx != nullptr) std::reverse_copy(dy.data(), dy.data() + dy.size(), dx->data());
  }
};

TEST(PlanChanges, PredictAcceptsItsLastResult) {
  const Tensor x = random({4, 6}, 1);
  Sequential model;
  for (int layers = 1; layers <= 3; ++layers) {
    model.add(Reversed());
    Context context;
    EXPECT_EQ(Tensor(model.predict(model.predict(x))), x) << layers;
    EXPECT_EQ(Tensor(model.predict(model.predict(model.predict(x)))), Tensor(model.predict(x))) << layers;
    EXPECT_EQ(Tensor(model.predict(model.predict(x, context), context)), x) << layers;
  }
}

TEST(PlanChanges, ForwardRefusesItsLastResult) {
  Rng rng{1};
  Sequential model{Dense(6, 6, rng), ReLU()};
  const Tensor x = random({4, 6}, 1);
  const Tensor& y = model.forward(x);
  EXPECT_EQ(message<ValueError>([&] { model.forward(y); }),
            "Sequential(2 layers): expected an x that backward can read, got the last result. Copy it first.");
}

}  // namespace
}  // namespace minnow
