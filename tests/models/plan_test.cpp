// A Sequential fuses layers, runs layers in place and alternates buffers. The results must equal those of the layers
// run one by one.

#include <minnow/core/error.hpp>
#include <minnow/core/threading/threads.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/sigmoid.hpp>
#include <minnow/layers/activation/softmax.hpp>
#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/shape/flatten.hpp>

#include <tests/support/compare.hpp>
#include <tests/support/layer_by_layer.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/user_layers.hpp>

#include <memory>
#include <thread>

namespace minnow {
namespace {

using namespace minnow::testing;

void clear(Sequential& model) {
  for (const NamedTensor& entry : model.parameters()) entry.parameter->clear_gradient();
}

/// The buffers and contexts of a user, kept from batch to batch.
struct Caller {
  Context training{Mode::train}, prediction{Mode::eval};
  Tensor y;
};

void check_batch(Sequential& model, const Tensor& x, Caller& caller) {
  const std::string what = model.summary(x.shape());
  const Tensor x_before = x, dy = random(model.output_shape(x.shape()), 99), dy_before = dy;
  Sequential copy = model;
  LayerByLayer reference(copy);
  reference.forward(x);
  const Tensor dx = reference.backward(dy);

  expect_same(model.forward(x), reference.tensors.back(), "forward of " + what);
  expect_same_outputs(model, reference, what);
  expect_same(model.predict(x), reference.tensors.back(), "predict of " + what);
  expect_same(model.predict(x, caller.prediction), reference.tensors.back(), "predict with a context of " + what);
  clear(model);
  model.backward(dy);
  expect_same_gradients(model, copy, "backward of " + what);

  clear(model);
  Tensor got = zeros(x.shape());
  got.fill(7);
  resize(caller.y, model.output_shape(x.shape()));
  model.forward(x, caller.y, caller.training);
  expect_same(caller.y, reference.tensors.back(), "forward as a layer of " + what);
  model.backward(x, caller.y, dy, &got, caller.training);
  expect_same(got, dx, "dx of " + what);
  expect_same_gradients(model, copy, "backward as a layer of " + what);
  EXPECT_TRUE(x == x_before && dy == dy_before) << what;
}

void check(Sequential model, const Shape& sample = {6}) {
  Caller caller;
  for (const std::size_t n : {0u, 1u, 7u, 64u, 3u, 65u, 0u, 2u}) {
    Shape shape{n};
    for (const std::size_t extent : sample) shape.push_back(extent);
    check_batch(model, random(shape, n + 1), caller);
  }
}

void add_activation(Sequential& model, int kind) {
  if (kind == 1) model.add(ReLU());
  if (kind == 2) model.add(Sigmoid());
  if (kind == 3) model.add(Tanh());
}

/// [Flatten] Dense [activation] Dense [activation], of (N, 2, 3) or (N, 6).
Sequential dense_model(bool flatten, int first, int second, bool bias) {
  Rng rng{11};
  Sequential model;
  if (flatten) model.add(Flatten());
  model.add(Dense(6, 5, rng, {.bias = bias}));
  add_activation(model, first);
  model.add(Dense(5, 3, rng, {.bias = !bias}));
  add_activation(model, second);
  return model;
}

TEST(Plan, DenseWithFlattenAndActivations) {
  for (const bool flatten : {false, true})
    for (const bool bias : {false, true})
      for (int kind = 0; kind < 4; ++kind)
        check(dense_model(flatten, kind, (kind + 1) % 4, bias), flatten ? Shape{2, 3} : Shape{6});
}

// Predict folds a norm into the dense layer. An evaluation pass with a backward pass does not.
TEST(Plan, NormsAreFoldedInPrediction) {
  for (const bool bias : {true, false})
    for (const bool tracks : {true, false}) {
      Rng rng{7};
      Sequential model{Flatten(),
                       Dense(12, 130, rng, {.bias = bias}),
                       BatchNorm1d(130, {.track_running_stats = tracks}),
                       Tanh(),
                       Dense(130, 5, rng),
                       BatchNorm1d(5)};
      for (const NamedTensor& entry : model.state())
        for (Real& v : *entry.value) v += static_cast<Real>(std::abs(0.3 * rng.normal()));
      const Tensor x = random({33, 3, 4}, 5);
      Tensor y = zeros({33, 5});
      Context context{Mode::eval};
      model.forward(x, y, context);
      const Tensor& predicted = model.predict(x);
      EXPECT_LE(error(predicted, y.shape(), {y.begin(), y.end()}), tolerance) << bias << tracks;
      if (!tracks) continue;
      Tensor one = zeros({1, 3, 4});
      std::copy_n(x.data() + 12 * 32, 12, one.data());
      const Tensor last = from({y.data() + 5 * 32, 5}, {1, 5});
      EXPECT_LE(error(model.predict(one), last.shape(), {last.begin(), last.end()}), tolerance) << bias;
    }
}

TEST(Plan, FrozenParameters) {
  for (int kind = 0; kind < 4; ++kind)
    for (unsigned frozen = 1; frozen < 16; ++frozen) {
      Rng rng{12};
      Sequential model{Dense(6, 5, rng)};
      add_activation(model, kind);
      model.add(Dense(5, 3, rng));
      for (std::size_t i = 0; i < 4; ++i) model.parameters()[i].parameter->trainable = (frozen >> i & 1) == 0;
      check(model);
    }
}

TEST(Plan, ConsecutiveActivations) {
  Rng rng{13};
  check(Sequential{Dense(6, 5, rng), ReLU(), Tanh(), Sigmoid(), Dense(5, 3, rng), Tanh(), Tanh()});
  check(Sequential{Dense(6, 5, rng), Twice(), Twice(), ReLU(), Twice(), Dense(5, 3, rng), Twice(), Twice()});
  check(Sequential{Dense(6, 5, rng), ReLU(), Twice(), Twice(), Tanh(), Twice()});
  check(Sequential{Dense(6, 5, rng), Clipped(), Twice(), Flatten(), Sigmoid(), Flatten(), Tanh()});
}

TEST(Plan, DoesNotOverwriteTheInput) {
  Rng rng{14};
  check(Sequential{ReLU()});
  check(Sequential{Twice()}, {2, 3});
  check(Sequential{Twice(), Twice(), Twice()}, {2, 3});
  check(Sequential{Tanh(), Dense(6, 5, rng), Sigmoid()});
  check(Sequential{Twice(), ReLU(), Tanh(), Dense(6, 5, rng)});
  check(Sequential{Flatten(), Twice(), Tanh()}, {2, 3});
  check(Sequential{Sequential{Twice(), Twice()}, Twice()});
}

TEST(Plan, KeepsAnOutputThatBackwardReads) {
  Rng rng{15};
  check(Sequential{Dense(6, 5, rng), Softmax(), Twice()});
  check(Sequential{Dense(6, 5, rng), Softmax(), ReLU(), Softmax(), Tanh()});
  check(Sequential{Softmax(), Sigmoid(), Twice(), Softmax()});
}

TEST(Plan, NestedModels) {
  Rng rng{16};
  const Sequential inner{Dense(6, 5, rng), Tanh(), Twice()}, empty;
  check(Sequential{inner, Twice(), Dense(5, 3, rng), ReLU()});
  check(Sequential{Flatten(), inner, empty, Twice()}, {2, 3});
  check(Sequential{Sequential{inner, ReLU()}, Sequential{Dense(5, 3, rng), Sequential{Twice()}}});
  check(Sequential{empty, Twice(), empty});
  check(Sequential{Sequential{Flatten()}, inner, Tanh()}, {2, 3});
  check(empty);
}

TEST(Plan, DoesNotFuseDerivedClasses) {
  Rng rng{17};
  check(Sequential{Dense(6, 5, rng), Clipped(), Dense(5, 3, rng), Clipped(), ReLU()});
  check(Sequential{NegatedDense(6, 5, rng), ReLU(), NegatedDense(5, 3, rng)});
  check(Sequential{NegatedFlatten(), Dense(6, 5, rng), Clipped()}, {2, 3});
  check(Sequential{Flatten(), NegatedDense(6, 5, rng), Tanh()}, {2, 3});
}

TEST(Plan, LargeEnoughForThreads) {
  const int before = num_threads();
  Rng rng{18};
  const Sequential model{Flatten(), Dense(300, 257, rng), ReLU(), Dense(257, 130, rng), Tanh(), Dense(130, 9, rng)};
  for (int threads = 1; threads <= 4; ++threads) {
    set_threads(threads);
    Sequential copy = model;
    Caller caller;
    for (const std::size_t n : {200u, 33u, 1u}) check_batch(copy, random({n, 10, 30}, n), caller);
  }
  set_threads(before);
}

TEST(Plan, CopiesMovesAndAssignments) {
  Caller caller;
  const Tensor x = random({7, 6}, 1);
  auto model = std::make_unique<Sequential>(dense_model(false, 1, 2, true));
  check_batch(*model, x, caller);
  Sequential copy = *model, assigned{ReLU(), Twice()};
  assigned.forward(x);
  assigned = *model;
  for (const NamedTensor& entry : model->state()) entry.value->fill(3);
  check_batch(*model, x, caller);  // the fused steps use the new values
  check_batch(copy, x, caller);    // the same contexts with another model
  Sequential moved = std::move(*model);
  model.reset();
  check(copy);
  check(assigned);
  check(moved);
  Sequential grown{Twice()};
  check_batch(grown, x, caller);
  grown = std::move(moved);
  check_batch(grown, x, caller);
  moved = dense_model(false, 3, 0, false);
  check_batch(moved, x, caller);
}

TEST(Plan, LayersAddedAfterAPass) {
  Rng rng{19};
  Sequential model{Dense(6, 5, rng)};
  Caller caller;
  const auto check_now = [&] {
    for (const std::size_t n : {3u, 8u}) check_batch(model, random({n, 6}, n), caller);
  };
  check_now();
  model.add(Tanh());
  check_now();
  model.add(Twice()).add(Dense(5, 4, rng));
  check_now();
  model.add(ReLU()).add(Twice());
  check_now();
}

TEST(Plan, ThreadsPredictWithOneModelWhileThePoolIsInUse) {
  const int before = num_threads();
  set_threads(3);
  Rng rng{20};
  const Sequential model{Flatten(), Dense(256, 200, rng), ReLU(), Twice(), Dense(200, 100, rng), Tanh(), Softmax()};
  std::vector<Tensor> inputs, expected(4), results(4);
  for (std::size_t i = 0; i < 4; ++i) {
    inputs.push_back(random({48 + i, 16, 16}, i));
    Context alone;
    expected[i] = model.predict(inputs[i], alone);
  }
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      Context context;
      for (int repeat = 0; repeat < 20; ++repeat) results[i] = model.predict(inputs[i], context);
    });
  for (std::thread& thread : threads) thread.join();
  set_threads(before);
  for (std::size_t i = 0; i < 4; ++i) expect_same(results[i], expected[i], "thread " + std::to_string(i));
}

/// Twice with a parameter. Counts its backward passes.
class Counting : public Twice {
 public:
  explicit Counting(bool trainable) { parameter_.trainable = trainable; }
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override {
    ++(dx != nullptr ? *with_dx : *without_dx);
    if (parameter_.trainable) parameter_.grad_to_add();
    Twice::backward(x, y, dy, dx, context);
  }
  std::vector<NamedTensor> state() override { return {{"weight", parameter_}}; }

  std::shared_ptr<int> with_dx = std::make_shared<int>(), without_dx = std::make_shared<int>();

 private:
  Parameter parameter_{Shape{1}};
};

TEST(Plan, ComputesNothingBeforeTheFirstTrainedLayer) {
  Rng rng{21};
  Dense frozen(6, 6, rng);
  for (const NamedTensor& entry : frozen.parameters()) entry.parameter->trainable = false;
  const Tensor x = random({4, 6}, 1);
  const auto backward_passes = [&](Sequential model, const Counting& counting) {
    *counting.with_dx = *counting.without_dx = 0;
    model.forward(x);
    model.backward(random(model.output_shape({4, 6}), 2));
    return std::pair(*counting.with_dx, *counting.without_dx);
  };
  using Passes = std::pair<int, int>;
  const Counting stays(false), trains(true);
  EXPECT_EQ(backward_passes(Sequential{stays, frozen, ReLU(), Dense(6, 2, rng)}, stays), Passes(0, 0));
  EXPECT_EQ(backward_passes(Sequential{stays, Flatten(), Dense(6, 2, rng), ReLU()}, stays), Passes(0, 0));
  EXPECT_EQ(backward_passes(Sequential{frozen, Tanh(), stays, Sequential{Dense(6, 2, rng)}}, stays), Passes(0, 0));
  EXPECT_EQ(backward_passes(Sequential{frozen, ReLU(), trains, Dense(6, 2, rng)}, trains), Passes(0, 1));
  EXPECT_EQ(backward_passes(Sequential{Dense(6, 6, rng), ReLU(), stays, frozen}, stays), Passes(1, 0));
  EXPECT_EQ(backward_passes(Sequential{stays, frozen, Sigmoid()}, stays), Passes(0, 0)) << "nothing trains";
}

}  // namespace
}  // namespace minnow
