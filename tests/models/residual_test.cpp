#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/models/residual.hpp>
#include <minnow/optim/sgd.hpp>

#include <tests/support/layer_by_layer.hpp>
#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/user_layers.hpp>

#include <functional>

namespace minnow::inline MINNOW_PRECISION::testing {
namespace {

Tensor total(const Tensor& a, const Tensor& b) {
  Tensor result = a;
  for (std::size_t i = 0; i < a.size(); ++i) result.data()[i] += b.data()[i];
  return result;
}

/// Returns bodies that end in a layer that reads y in backward, a layer that does not, an in-place layer, and no layer.
std::vector<Sequential> bodies() {
  Rng rng{1};
  return {Sequential{Dense(6, 6, rng), Tanh()},
          Sequential{Dense(6, 4, rng), ReLU(), Dense(4, 6, rng)},
          Sequential{Dense(6, 6, rng), Twice()},
          Sequential{BatchNorm1d(6)},
          Sequential{small_model(), ReLU(), Dense(3, 6, rng)},
          Sequential()};
}

/// Compares a Residual with the sum of its branches, run layer by layer.
void expect_sum(Residual residual, Sequential body, std::optional<Sequential> projection, const std::string& what) {
  const Tensor x = random({5, 6}, 1);
  const Shape shape = residual.output_shape(x.shape());
  const Tensor dy = random(shape, 2);
  Context context;
  Tensor y = zeros(shape), dx = zeros(x.shape());
  residual.forward(x, y, context);
  residual.backward(x, y, dy, &dx, context);
  LayerByLayer by_body(body);
  Tensor expected = by_body.forward(x), expected_dx = by_body.backward(dy);
  if (projection) {
    LayerByLayer by_projection(*projection);
    expected = total(expected, by_projection.forward(x));
    expected_dx = total(expected_dx, by_projection.backward(dy));
  } else {
    expected = total(expected, x);
    expected_dx = total(expected_dx, dy);
  }
  expect_same(y, expected, what + ", y");
  expect_same(dx, expected_dx, what + ", dx");
  std::vector<NamedTensor> gradients = body.parameters();
  if (projection)
    for (const NamedTensor& entry : projection->parameters()) gradients.push_back(entry);
  const auto got = residual.parameters();
  ASSERT_EQ(got.size(), gradients.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    expect_same(got[i].parameter->grad, gradients[i].parameter->grad, what + ", " + got[i].name);
}

TEST(Residual, IsTheSumOfItsBranches) {
  int number = 0;
  for (const Sequential& body : bodies()) {
    const std::string what = "body " + std::to_string(number++);
    expect_sum(Residual(body), body, std::nullopt, what);
    for (const Sequential& projection : bodies())
      expect_sum(Residual(body, projection), body, projection, what + " and projection");
  }
}

TEST(Residual, PredictMatchesAnEvaluationPass) {
  for (const Sequential& body : bodies()) {
    Sequential model{Twice(), Residual(body), ReLU(), Residual(body, body), Twice()};
    LayerByLayer reference(model, Mode::eval);
    const Tensor x = random({5, 6}, 1);
    expect_same(model.predict(x), reference.forward(x), "predict");
  }
}

TEST(Residual, RunsBetweenInPlaceLayers) {
  for (const Sequential& body : bodies()) {
    Rng rng{2};
    Sequential model{Dense(6, 6, rng), Twice(), Residual(body), ReLU(), Residual(Residual(body), Twice()), Twice()};
    Sequential copy = model;
    LayerByLayer reference(copy);
    const Tensor x = random({5, 6}, 1), dy = random({5, 6}, 2);
    expect_same(model.forward(x), reference.forward(x), "y");
    model.backward(dy);
    reference.backward(dy);
    expect_same_gradients(model, copy, "gradients");
  }
}

TEST(Residual, GradientsAreTheDerivatives) {
  Rng rng{1};
  Residual block(Sequential{Dense(3, 4, rng), Tanh(), Dense(4, 3, rng)});
  Residual projected(Sequential{Dense(3, 4, rng), Tanh()}, Dense(3, 4, rng, {.bias = false}));
  Residual normalised(Sequential{BatchNorm2d(3), Tanh(), BatchNorm2d(3)}, BatchNorm2d(3));
  Residual nested(Sequential{Dense(3, 3, rng), Residual(Tanh(), Dense(3, 3, rng))});
  for (const Mode mode : {Mode::train, Mode::eval}) {
    for (Residual* residual : {&block, &projected, &nested}) {
      const GradientReport report = check_gradients(*residual, {4, 3}, {.mode = mode});
      EXPECT_TRUE(report) << report.failure;
    }
    const GradientReport report = check_gradients(normalised, {4, 3, 2, 2}, {.mode = mode});
    EXPECT_TRUE(report) << report.failure;
  }
}

std::string names(Layer& layer) {
  std::string all;
  for (const NamedTensor& entry : layer.state()) all += entry.name + " ";
  return all;
}

TEST(Residual, StateIsNamedAsInPyTorch) {
  Rng rng{1};
  Residual sequential(Sequential{Dense(3, 4, rng), BatchNorm1d(4)}, Sequential{Dense(3, 4, rng, {.bias = false})});
  EXPECT_EQ(names(sequential),
            "body.0.weight body.0.bias body.1.weight body.1.bias body.1.running_mean body.1.running_var "
            "body.1.num_batches_tracked projection.0.weight ");
  Residual lone(Dense(3, 3, rng), Residual(Dense(3, 3, rng, {.bias = false})));
  EXPECT_EQ(names(lone), "body.weight body.bias projection.body.weight ");
  EXPECT_EQ(sequential.name(), "Residual(Sequential(2 layers), projection Sequential(1 layer))");
  EXPECT_EQ(Residual(Dense(3, 3, rng)).name(), "Residual(Dense(3 -> 3))");
}

TEST(Residual, CopiesAreIndependent) {
  Rng rng{1};
  Residual a(Dense(3, 3, rng));
  const Residual lone{a};  // copied, not wrapped
  EXPECT_EQ(lone.name(), a.name());
  Residual b = a;
  b.state()[0].value->fill(7);
  EXPECT_NE(*a.state()[0].value, *b.state()[0].value);
  a = b;
  EXPECT_EQ(*a.state()[0].value, *b.state()[0].value);
  b.state()[0].value->fill(8);
  EXPECT_NE(*a.state()[0].value, *b.state()[0].value);
}

TEST(Residual, KeepsAnOptimizersParametersWhenAssignedTo) {
  Rng rng{1};
  const auto block = [&](std::size_t hidden, auto activation) {
    return Residual(Sequential{Dense(3, hidden, rng), activation, Dense(hidden, 3, rng)});
  };
  Sequential model{block(4, ReLU())};
  const Sequential best{block(4, ReLU())};
  SGD sgd{model.parameters(), {.learning_rate = 1}};
  const auto before = model.parameters();
  model = best;
  static_cast<Residual&>(model[0]) = block(4, ReLU());
  const auto after = model.parameters();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].parameter, after[i].parameter);
  EXPECT_THROW(model = Sequential{block(4, Tanh())}, Error) << "another layer inside";
  EXPECT_THROW(static_cast<Residual&>(model[0]) = block(4, Tanh()), Error);
  EXPECT_THROW(static_cast<Residual&>(model[0]) = Residual(Twice()), Error);
  const Tensor x = random({5, 3}, 1);
  const Tensor y = model.forward(x);
  model.backward(random({5, 3}, 2));
  sgd.step();
  EXPECT_NE(model.predict(x), y);
}

/// Throws Error if it must compute dx.
class First : public Twice {
 public:
  void backward(const Tensor&, const Tensor&, const Tensor&, Tensor* dx, Context&) override {
    if (dx != nullptr) throw Error("an unused dx");
  }
};

TEST(Residual, ComputesNoUnusedGradient) {
  Rng rng{1};
  const Tensor x = random({5, 3}, 1), dy = random({5, 3}, 2);
  // No layer before the block is trained: the first layers of both branches need no dx.
  Sequential model{First(), Residual(Sequential{First(), Dense(3, 3, rng)}, Sequential{First(), Dense(3, 3, rng)})};
  model.forward(x);
  EXPECT_NO_THROW(model.backward(dy));
  // All layers of the block are frozen: the trained part begins after the block.
  Sequential frozen{Residual(Sequential{First(), Dense(3, 3, rng)}), First(), Dense(3, 3, rng)};
  static_cast<Residual&>(frozen[0]) = Residual(Sequential{First(), Dense(3, 3, rng)});
  for (const NamedTensor& entry : frozen[0].parameters()) entry.parameter->trainable = false;
  frozen.forward(x);
  EXPECT_NO_THROW(frozen.backward(dy));
  for (const NamedTensor& entry : frozen[0].parameters()) EXPECT_FALSE(entry.parameter->has_gradient());
  frozen[0].parameters()[0].parameter->trainable = true;
  frozen.forward(x);
  EXPECT_THROW(frozen.backward(dy), Error) << "now the layer in between must compute dx";
}

TEST(Residual, AcceptsEmptyAndSmallerBatches) {
  Rng rng{1};
  Sequential model{Residual(Sequential{Dense(3, 3, rng), Tanh()}), Residual(Dense(3, 4, rng), Dense(3, 4, rng))};
  for (const std::size_t samples : {5u, 0u, 2u, 5u}) {
    Sequential copy = model;
    const Tensor x = random({samples, 3}, 1), dy = random({samples, 4}, 2);
    for (Sequential* each : {&model, &copy}) {
      each->forward(x);
      each->backward(dy);
    }
    EXPECT_EQ(model.predict(x), copy.predict(x));
    expect_same_gradients(model, copy, std::to_string(samples));
    for (const NamedTensor& entry : model.parameters()) entry.parameter->clear_gradient();
  }
}

TEST(Residual, RefusesUnequalShapes) {
  Rng rng{1};
  const auto what = [](const Layer& layer, const Shape& input) {
    return message<ShapeError>([&] { layer.output_shape(input); });
  };
  EXPECT_EQ(what(Residual(Dense(3, 4, rng)), {2, 3}),
            "Residual(Dense(3 -> 4)): expected x and body(x) of the same shape, got (2, 3) and (2, 4). Add a "
            "projection, or use a body that keeps the shape.");
  EXPECT_EQ(what(Residual(Dense(3, 4, rng), Dense(3, 5, rng)), {2, 3}),
            "Residual(Dense(3 -> 4), projection Dense(3 -> 5)): expected projection(x) and body(x) of the same shape, "
            "got (2, 5) and (2, 4).");
  EXPECT_EQ(what(Sequential{Residual(Sequential{ReLU(), Dense(3, 3, rng)}), ReLU()}, {2, 7}),
            "layer 0, body, layer 1, Dense(3 -> 3): expected input (N, ..., 3), got (2, 7).");
  EXPECT_EQ(what(Residual(ReLU(), Dense(3, 3, rng)), {2, 7}),
            "projection, Dense(3 -> 3): expected input (N, ..., 3), got (2, 7).");
  Sequential model{Residual(Dense(3, 4, rng))};
  EXPECT_THROW(model.predict(random({2, 3}, 1)), ShapeError);
  EXPECT_EQ(message<ValueError>([&] { Residual{ReLU()}[1]; }), "Residual(ReLU): expected an index below 1, got 1.");
}

}  // namespace
}  // namespace minnow::inline MINNOW_PRECISION::testing
