#include <minnow/core/error.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/softmax.hpp>
#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/shape/flatten.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/sgd.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <functional>

#include <gtest/gtest.h>

namespace minnow {
namespace {

Tensor ones(const Shape& shape) {
  Tensor tensor = zeros(shape);
  tensor.fill(1);
  return tensor;
}

TEST(Sequential, CopiesDeeply) {
  Sequential model = small_model(), copy = model;
  const Tensor x = random({4, 6}, 2);
  const Tensor y = model.predict(x);
  EXPECT_EQ(copy.predict(x), y);
  for (const NamedTensor& entry : copy.state()) entry.value->fill(0);
  EXPECT_EQ(copy.predict(x), zeros({4, 3}));
  EXPECT_EQ(model.predict(x), y);
  copy = model;
  EXPECT_EQ(copy.predict(x), y);
  EXPECT_NE(copy.state()[0].value, model.state()[0].value);
  const Sequential& itself = copy;
  copy = itself;
  EXPECT_EQ(copy.predict(x), y);
}

TEST(Sequential, ACopyNeedsItsOwnOptimizer) {
  Sequential model = small_model();
  SGD sgd(model.parameters(), {.learning_rate = 1});
  Sequential copy = model;
  const Tensor x = random({4, 6}, 2), y = model.predict(x);
  copy.forward(x);
  copy.backward(ones({4, 3}));
  EXPECT_THROW(sgd.step(), Error) << "a step without a gradient is a mistake";
  EXPECT_EQ(model.predict(x), y);
  EXPECT_EQ(copy.predict(x), y);
  EXPECT_NO_THROW(copy.add(ReLU())) << "the copy has no optimizer yet";
}

TEST(Sequential, AMoveKeepsTheOptimizersPointersAndTheCurrentPass) {
  Sequential model = small_model();
  SGD sgd(model.parameters(), {.learning_rate = 1});
  const Tensor x = random({4, 6}, 2), before = model.forward(x);
  Sequential moved = std::move(model);
  EXPECT_EQ(moved.parameters()[0].parameter, sgd.parameters()[0].parameter);
  moved.backward(ones({4, 3}));
  sgd.step();
  EXPECT_NE(moved.predict(x), before);
}

// `model = best` restores the best epoch. The pointers of the optimizer must stay valid.
TEST(Sequential, AssigningToAModelWithAnOptimizerLeavesNothingDangling) {
  Sequential model = small_model(), best = model;
  SGD sgd(model.parameters());
  try {
    model = best;
  } catch (const Error&) {
    return;  // an error is acceptable
  }
  ASSERT_EQ(model.parameters().size(), sgd.parameters().size());
  for (std::size_t i = 0; i < sgd.parameters().size(); ++i)
    EXPECT_EQ(model.parameters()[i].parameter, sgd.parameters()[i].parameter) << sgd.parameters()[i].name;
}

TEST(Sequential, RefusesLayersAfterAnOptimizerWasBuilt) {
  Sequential model = small_model();
  SGD sgd(model.parameters());
  EXPECT_EQ(message<Error>([&] { model.add(ReLU()); }),
            "Sequential: expected layers to be added before an optimizer is built, got ReLU after it. The optimizer "
            "would not train this layer. Build the optimizer last.");
  EXPECT_EQ(model.size(), 3u);
}

TEST(Sequential, CopiesASingleSequentialAndNestsOneAmongOthers) {
  Sequential model = small_model();
  const Sequential copy{model}, moved{Sequential{small_model()}}, nested{model, ReLU()};
  EXPECT_EQ(copy.size(), 3u);
  EXPECT_EQ(moved.size(), 3u);
  EXPECT_EQ(nested.size(), 2u);
  EXPECT_EQ(nested[0].name(), "Sequential(3 layers)");
  EXPECT_EQ(Sequential{ReLU()}.name(), "Sequential(1 layer)");
  EXPECT_EQ(Sequential{}.add(model).size(), 1u) << "add() always nests";
}

TEST(Sequential, ANestedModelEqualsAFlatOne) {
  Rng rng{1};
  const Dense first(6, 5, rng), second(5, 3, rng);
  Sequential flat{first, Tanh(), second}, nested{Sequential{first, Tanh()}, Sequential{second}};
  const Tensor x = random({4, 6}, 2);
  EXPECT_EQ(nested.forward(x), flat.forward(x));
  nested.backward(random({4, 3}, 3));
  flat.backward(random({4, 3}, 3));
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(nested.parameters()[i].parameter->grad, flat.parameters()[i].parameter->grad) << i;
}

TEST(Sequential, NamesItsParametersAsPyTorchDoes) {
  Rng rng{1};
  Sequential model{Dense(4, 3, rng), Sequential{Dense(3, 2, rng), ReLU()}, Dense(2, 1, rng, {.bias = false})};
  std::vector<std::string> names;
  for (const NamedTensor& entry : model.state()) names.push_back(entry.name);
  EXPECT_EQ(names, (std::vector<std::string>{"0.weight", "0.bias", "1.0.weight", "1.0.bias", "2.weight"}));
  EXPECT_EQ(model.num_parameters(), 25u);
}

TEST(Sequential, PrintsASummary) {
  Rng rng{1};
  const Sequential model{Flatten(), Dense(3072, 128, rng), ReLU(), Dense(128, 4, rng)};
  EXPECT_EQ(model.summary({64, 3, 32, 32}),
            "  #  layer               output shape    parameters\n"
            "  0  Flatten             (64, 3072)               0\n"
            "  1  Dense(3072 -> 128)  (64, 128)           393344\n"
            "  2  ReLU                (64, 128)                0\n"
            "  3  Dense(128 -> 4)     (64, 4)                516\n"
            "     total                                   393860\n");
  EXPECT_THROW(model.summary({64, 5}), ShapeError);
}

TEST(Sequential, ASummaryNamesTheLayerInItsErrors) {
  Rng rng{1};
  Sequential model{Dense(2, 3, rng), Sequential{ReLU(), Dense(4, 1, rng)}};
  const std::string error = "layer 1, layer 1, Dense(4 -> 1): expected input (N, ..., 4), got (5, 3).";
  EXPECT_EQ(message<ShapeError>([&] { model.summary({5, 2}); }), error);
  EXPECT_EQ(message<ShapeError>([&] { model.predict(zeros({5, 2})); }), error);
}

TEST(Sequential, AnErrorShowsTheShapeOfOneSampleIfOnlyTheBatchAxisIsMissing) {
  Rng rng{1};
  Sequential flat{Dense(2, 3, rng)}, nested{Sequential{Dense(2, 3, rng)}, ReLU()}, images{Flatten(), Dense(48, 2, rng)};
  const std::string error = "Dense(2 -> 3): expected input (N, ..., 2), got (2). One sample is (1, 2).";
  for (const auto& run : {std::function<void(const Tensor&)>([&](const Tensor& x) { flat.predict(x); }),
                          {[&](const Tensor& x) { flat.forward(x); }},
                          {[&](const Tensor& x) { flat.summary(x.shape()); }}})
    EXPECT_EQ(message<ShapeError>([&] { run(zeros({2})); }), "layer 0, " + error);
  EXPECT_EQ(message<ShapeError>([&] { nested.predict(zeros({2})); }), "layer 0, layer 0, " + error);
  EXPECT_EQ(message<ShapeError>([&] {
              images.predict(zeros({3, 4, 4}));
            }),
            "layer 1, Dense(48 -> 2): expected input (N, ..., 48), got (3, 16). One sample is (1, 3, 4, 4).");
  EXPECT_EQ(message<ShapeError>([&] {
              images.predict(zeros({2, 3, 4}));
            }),
            "layer 1, Dense(48 -> 2): expected input (N, ..., 48), got (2, 12).");
}

TEST(Sequential, AnEmptyOneIsTheIdentity) {
  Sequential model;
  const Tensor x = random({2, 3}, 1);
  EXPECT_EQ(model.forward(x), x);
  EXPECT_EQ(model.predict(x), x);
  EXPECT_NO_THROW(model.backward(x));
  Context context;
  Tensor y = zeros({2, 3}), dx = zeros({2, 3});
  static_cast<Layer&>(model).forward(x, y, context);
  static_cast<Layer&>(model).backward(x, y, x, &dx, context);
  EXPECT_EQ(dx, x);
  EXPECT_EQ(model.num_parameters(), 0u);
}

TEST(Sequential, ErrorsNameTheMissingCall) {
  Sequential model = small_model();
  EXPECT_EQ(message<Error>([&] {
              model.backward(zeros({4, 3}));
            }),
            "Sequential(3 layers): expected forward(x) before backward(dy).");
  const Tensor x = random({4, 6}, 2), wrong = zeros({4, 5});
  model.forward(x);
  EXPECT_EQ(message<ShapeError>([&] {
              model.backward(zeros({4, 2}));
            }),
            "Sequential(3 layers): expected dy of the output's shape (4, 3), got (4, 2).");
  EXPECT_THROW(model.forward(wrong), ShapeError);
  EXPECT_THROW(model.backward(zeros({4, 3})), Error) << "backward cannot follow a forward that failed";
  EXPECT_EQ(message<ValueError>([&] { model[3]; }), "Sequential(3 layers): expected an index below 3, got 3.");
}

TEST(Sequential, ListsTheOutputsOfItsSteps) {
  Rng rng{1};
  Sequential model{Dense(6, 5, rng), Dense(5, 4, rng), ReLU(), Softmax()};  // the second Dense and ReLU run as one
  EXPECT_TRUE(model.step_outputs().empty());
  const Tensor x = random({4, 6}, 2);
  const Tensor& y = model.forward(x);
  const std::vector<StepOutput> outputs = model.step_outputs();
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_EQ(outputs[2].output, &y);
  EXPECT_EQ(outputs[0].output->shape(), (Shape{4, 5}));
  EXPECT_EQ(outputs[1].first, 1u);
  EXPECT_EQ(outputs[1].last, 3u);
  Context context;
  Tensor first = zeros({4, 5});
  model[0].forward(x, first, context);
  EXPECT_EQ(*outputs[0].output, first);

  Tensor result = zeros({4, 4});
  Context evaluation(Mode::eval);
  model.forward(x, result, evaluation);
  EXPECT_EQ(model.step_outputs(result, evaluation).size(), 3u);
  Context prediction({.mode = Mode::eval, .backward_follows = false});
  model.forward(x, result, prediction);
  EXPECT_TRUE(model.step_outputs(result, prediction).empty());
  model.add(ReLU());
  EXPECT_TRUE(model.step_outputs().empty());
}

}  // namespace
}  // namespace minnow
