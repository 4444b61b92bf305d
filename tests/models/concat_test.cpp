#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/models/concat.hpp>
#include <minnow/models/residual.hpp>
#include <minnow/optim/sgd.hpp>

#include <tests/support/layer_by_layer.hpp>
#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/threads_for_test.hpp>
#include <tests/support/user_layers.hpp>

namespace minnow::inline MINNOW_PRECISION::testing {
namespace {

/// Returns the channels [first, last) of a tensor (N, C) or (N, C, H, W).
Tensor channels(const Tensor& tensor, std::size_t first, std::size_t last) {
  Shape shape = tensor.shape();
  const std::size_t all = shape[1], size = tensor.size() / shape[0] / all;
  shape[1] = last - first;
  Tensor part = zeros(shape);
  for (std::size_t n = 0; n < shape[0]; ++n)
    for (std::size_t i = 0; i < shape[1] * size; ++i)
      part.data()[n * shape[1] * size + i] = tensor.data()[(n * all + first) * size + i];
  return part;
}

TEST(Concat, ConcatenatesItsBranchesAlongAxisOne) {
  Rng rng{1};
  const std::vector<Sequential> branches{Sequential{Dense(6, 2, rng), Tanh()}, Sequential{Dense(6, 5, rng)},
                                         Sequential(), Sequential{Dense(6, 4, rng), ReLU(), Dense(4, 1, rng), Twice()}};
  Concat concat{branches[0], branches[1], branches[2], branches[3]};
  const Tensor x = random({5, 6}, 1), dy = random({5, 14}, 2);
  ASSERT_EQ(concat.output_shape(x.shape()), (Shape{5, 14}));
  Tensor y = zeros({5, 14}), dx = zeros(x.shape()), expected_dx = zeros(x.shape());
  Context context;
  concat.forward(x, y, context);
  concat.backward(x, y, dy, &dx, context);
  const auto got = concat.parameters();
  std::size_t first = 0, entry = 0;
  for (Sequential branch : branches) {
    LayerByLayer reference(branch);
    const Tensor part = reference.forward(x);
    const std::size_t last = first + part.shape()[1];
    expect_same(channels(y, first, last), part, "y");
    const Tensor part_dx = reference.backward(channels(dy, first, last));
    for (std::size_t i = 0; i < dx.size(); ++i) expected_dx.data()[i] += part_dx.data()[i];
    for (const NamedTensor& expected : branch.parameters())
      expect_same(got[entry++].parameter->grad, expected.parameter->grad, expected.name);
    first = last;
  }
  expect_same(dx, expected_dx, "dx");
}

TEST(Concat, AcceptsImagesOnAnyNumberOfThreads) {
  const Tensor x = random({40, 3, 30, 30}, 1);
  for (const int threads : {1, 2}) {
    const ThreadsForTest setting(threads);
    Sequential model{Concat{Twice(), Sequential{ReLU(), Twice()}}};
    const Tensor& y = model.predict(x);
    ASSERT_EQ(y.shape(), (Shape{40, 6, 30, 30}));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t n = i / 2700, at = n * 5400 + i % 2700;
      ASSERT_EQ(y.data()[at], 2 * x.data()[i]);
      ASSERT_EQ(y.data()[at + 2700], x.data()[i] > 0 ? 2 * x.data()[i] : Real{0});
    }
  }
}

TEST(Concat, GradientsAreTheDerivatives) {
  Rng rng{1};
  Concat flat{Sequential{Dense(3, 2, rng), Tanh()}, Dense(3, 4, rng), Residual(Dense(3, 3, rng))};
  Concat images{Sequential{BatchNorm2d(3), Tanh()}, BatchNorm2d(3), Concat{Twice(), Tanh()}};
  for (const Mode mode : {Mode::train, Mode::eval}) {
    const GradientReport a = check_gradients(flat, {4, 3}, {.mode = mode});
    EXPECT_TRUE(a) << a.failure;
    const GradientReport b = check_gradients(images, {4, 3, 2, 2}, {.mode = mode});
    EXPECT_TRUE(b) << b.failure;
  }
}

TEST(Concat, RunsBetweenInPlaceLayers) {
  Rng rng{2};
  Sequential model{Dense(6, 4, rng), Twice(), Concat{Sequential{Dense(4, 3, rng), Tanh()}, Twice(), Dense(4, 2, rng)},
                   ReLU(), Dense(9, 2, rng)};
  Sequential copy = model;
  LayerByLayer reference(copy);
  for (const std::size_t samples : {5u, 3u, 1u, 5u}) {
    const Tensor x = random({samples, 6}, 1), dy = random({samples, 2}, 2);
    expect_same(model.forward(x), reference.forward(x), "y");
    model.backward(dy);
    reference.backward(dy);
    expect_same_gradients(model, copy, "gradients");
  }
  const Tensor x = random({5, 6}, 1);
  LayerByLayer evaluated(copy, Mode::eval);
  expect_same(model.predict(x), evaluated.forward(x), "predict");
}

/// Throws Error if it must compute dx.
class First : public Twice {
 public:
  void backward(const Tensor&, const Tensor&, const Tensor&, Tensor* dx, Context&) override {
    if (dx != nullptr) throw Error("an unused dx");
  }
};

TEST(Concat, ComputesNoUnusedGradient) {
  Rng rng{1};
  Sequential model{First(),
                   Concat{Sequential{First(), Dense(3, 2, rng)}, First(), Sequential{First(), Dense(3, 1, rng)}}};
  const Tensor x = random({5, 3}, 1);
  model.forward(x);
  EXPECT_NO_THROW(model.backward(random({5, 6}, 2)));
  for (const NamedTensor& entry : model.parameters()) EXPECT_TRUE(entry.parameter->has_gradient()) << entry.name;
}

TEST(Concat, StateIsNamedAsInAModuleList) {
  Rng rng{1};
  Concat concat{Sequential{Dense(3, 4, rng), ReLU()}, Dense(3, 2, rng, {.bias = false}),
                Sequential{Concat{Dense(3, 1, rng)}}};
  std::string all;
  for (const NamedTensor& entry : concat.state()) all += entry.name + " ";
  EXPECT_EQ(all, "0.0.weight 0.0.bias 1.weight 2.0.0.weight 2.0.0.bias ");
  EXPECT_EQ(concat.name(), "Concat(Sequential(2 layers), Dense(3 -> 2), Sequential(1 layer))");
  EXPECT_EQ(Concat{concat}.size(), 3u) << "copied, not wrapped";
}

TEST(Concat, KeepsAnOptimizersParametersWhenAssignedTo) {
  Rng rng{1};
  Concat concat{Dense(3, 4, rng), Dense(3, 2, rng)};
  SGD sgd{concat.parameters()};
  const auto before = concat.parameters();
  const Concat other{Dense(3, 4, rng), Dense(3, 2, rng)};
  concat = other;
  EXPECT_EQ(concat.parameters()[2].parameter, before[2].parameter);
  Concat copy = other;
  EXPECT_EQ(*concat.state()[2].value, *copy.state()[2].value);
  const Concat third{Dense(3, 4, rng), Dense(3, 2, rng), ReLU()};
  EXPECT_THROW(concat = third, Error);
  EXPECT_EQ(concat.size(), 2u);
}

TEST(Concat, RefusesBranchesOfUnequalShapes) {
  Rng rng{1};
  const auto what = [](const Layer& layer, const Shape& input) {
    return message<ShapeError>([&] { layer.output_shape(input); });
  };
  EXPECT_EQ(what(Concat{BatchNorm2d(3), Flatten()}, {2, 3, 4, 4}),
            "Concat(BatchNorm2d(3), Flatten): expected outputs whose shapes differ only in axis 1, got (2, 3, 4, 4) "
            "from branch 0 and (2, 48) from branch 1.");
  EXPECT_EQ(what(Sequential{Concat{ReLU(), Sequential{Dense(3, 4, rng)}}}, {2, 5}),
            "layer 0, branch 1, layer 0, Dense(3 -> 4): expected input (N, ..., 3), got (2, 5).");
  EXPECT_EQ(what(Concat{ReLU()}, {}), "Concat(ReLU): expected outputs (N, C, ...), got () from branch 0.");
  Sequential scalar{Concat{ReLU()}};
  EXPECT_THROW(scalar.predict(zeros({})), ShapeError);
}

TEST(Concat, AcceptsAnEmptyBatch) {
  Rng rng{1};
  Sequential model{Concat{Dense(3, 2, rng), Sequential{Dense(3, 1, rng), Tanh()}}};
  const Tensor x = zeros({0, 3});
  EXPECT_EQ(model.forward(x).shape(), (Shape{0, 3}));
  model.backward(zeros({0, 3}));
  EXPECT_EQ(model.parameters()[0].parameter->grad, zeros({2, 3}));
}

}  // namespace
}  // namespace minnow::inline MINNOW_PRECISION::testing
