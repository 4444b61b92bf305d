#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/softmax.hpp>
#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/shape/flatten.hpp>
#include <minnow/models/sequential.hpp>

#include <tests/support/small_model.hpp>

#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace minnow {
namespace {

std::vector<Tensor> gradients(Sequential& model) {
  std::vector<Tensor> result;
  for (const NamedTensor& entry : model.parameters()) result.push_back(entry.parameter->grad);
  return result;
}

TEST(SequentialPasses, PredictDoesNotChangeTheCurrentPass) {
  Sequential disturbed = small_model(), undisturbed = small_model();
  const Tensor x = random({4, 6}, 2), other = random({9, 6}, 3), dy = random({4, 3}, 4);
  undisturbed.forward(x);
  undisturbed.backward(dy);
  disturbed.forward(x);
  disturbed.predict(other);
  disturbed.backward(dy);
  EXPECT_EQ(gradients(disturbed), gradients(undisturbed));
}

/// A layer with a parameter. Records the mode, and if backward must compute dx.
class Spy : public Layer {
 public:
  std::string name() const override { return "Spy"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context& context) override {
    std::copy_n(x.data(), x.size(), y.data());
    *mode = context.settings.mode;
  }
  void backward(const Tensor&, const Tensor&, const Tensor& dy, Tensor* dx, Context&) override {
    asked->push_back(dx != nullptr);
    parameter_.grad_to_add();
    if (dx != nullptr) std::copy_n(dy.data(), dy.size(), dx->data());
  }
  std::vector<NamedTensor> state() override { return {{"weight", parameter_}}; }

  std::shared_ptr<std::vector<bool>> asked = std::make_shared<std::vector<bool>>();  // shared by copies
  std::shared_ptr<Mode> mode = std::make_shared<Mode>();

 private:
  Parameter parameter_{Shape{1}};
};

TEST(SequentialPasses, TheFirstLayerGetsANullDx) {
  const Spy first, second;
  const Tensor x = random({4, 6}, 2);
  for (Sequential model : {Sequential{first, second}, Sequential{Flatten(), ReLU(), first, Tanh(), second},
                           Sequential{Sequential{first}, second}, Sequential{Sequential{}, first, second}}) {
    first.asked->clear(), second.asked->clear();
    model.forward(x);
    model.backward(x);
    EXPECT_EQ(*first.asked, std::vector<bool>{false}) << model.summary({4, 6});
    EXPECT_EQ(*second.asked, std::vector<bool>{true});
  }
}

TEST(SequentialPasses, TrainsALayerAddedLaterToANestedModel) {
  const Spy spy;
  Sequential model{Sequential{}, ReLU()};
  static_cast<Sequential&>(model[0]).add(spy);
  const Tensor x = random({4, 6}, 2);
  model.forward(x);
  model.backward(x);
  EXPECT_EQ(spy.asked->size(), 1u);
}

TEST(SequentialPasses, PassesTheModeToItsChildren) {
  const Spy spy;
  Sequential model{Sequential{spy}, ReLU()};
  const Tensor x = random({1, 2}, 1);
  model.predict(x);
  EXPECT_EQ(*spy.mode, Mode::eval);
  model.forward(x);
  EXPECT_EQ(*spy.mode, Mode::train);
  Context context(Mode::train);
  model.predict(x, context);
  EXPECT_EQ(*spy.mode, Mode::eval);
  EXPECT_EQ(context.settings.mode, Mode::eval);
}

TEST(SequentialPasses, AcceptsEmptyAndChangingBatches) {
  Sequential model = small_model();
  for (const std::size_t n : {0u, 4u, 1u, 0u, 7u, 3u}) {
    const Tensor x = random({n, 6}, n), dy = random({n, 3}, n);
    Sequential fresh = small_model();
    EXPECT_EQ(model.forward(x), fresh.forward(x)) << n;
    for (const NamedTensor& entry : model.parameters()) entry.parameter->clear_gradient();
    model.backward(dy);
    fresh.backward(dy);
    EXPECT_EQ(gradients(model), gradients(fresh)) << n;
    EXPECT_EQ(model.predict(x).shape(), (Shape{n, 3}));
  }
}

TEST(SequentialPasses, FourThreadsPredictWithOneModel) {
  Rng rng{1};
  const Sequential model{Dense(20, 30, rng), ReLU(), Sequential{Dense(30, 10, rng), Tanh()}, Softmax()};
  std::vector<Tensor> inputs, expected(4), results(4);
  Context alone;
  for (std::size_t i = 0; i < 4; ++i) {
    inputs.push_back(random({16 + i, 20}, i));
    expected[i] = model.predict(inputs[i], alone);
  }
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      Context context;
      for (int repeat = 0; repeat < 50; ++repeat) results[i] = model.predict(inputs[i], context);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(results, expected);
}

}  // namespace
}  // namespace minnow
