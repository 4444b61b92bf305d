// fit, evaluate, predict_all and confusion_matrix run any layer: a lone Dense, a container, a layer of a user's own.

#include <minnow/core/error.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/models/residual.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/ema.hpp>
#include <minnow/optim/sgd.hpp>
#include <minnow/training/evaluate.hpp>
#include <minnow/training/fit.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <memory>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// The class is the index of the largest of the first three features.
TensorDataset separable(std::size_t n) {
  Tensor inputs = random({n, 3}, 3), labels = zeros({n});
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t c = 1; c < 3; ++c)
      if (inputs(i, c) > inputs(i, static_cast<std::size_t>(labels(i)))) labels(i) = static_cast<Real>(c);
  return {std::move(inputs), std::move(labels), {"a", "b", "c"}};
}

/// y = factor x, with a trained factor. Counts the passes of each mode and the calls of output_shape.
class Scale : public Layer {
 public:
  Scale() { factor_.value.fill(Real{0.125}); }
  std::string name() const override { return "Scale"; }
  Shape output_shape(const Shape& input) const override {
    ++*shapes;
    return input;
  }
  void forward(const Tensor& x, Tensor& y, Context& context) override {
    ASSERT_EQ(y.shape(), x.shape());
    ++*(context.settings.mode == Mode::train ? training : evaluation);
    EXPECT_EQ(context.settings.backward_follows, context.settings.mode == Mode::train);
    for (std::size_t i = 0; i < x.size(); ++i) y.data()[i] = factor_.value(0) * x.data()[i];
  }
  void backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context&) override {
    EXPECT_EQ(dx, nullptr);
    FixedTensor& grad = factor_.grad_to_add();
    for (std::size_t i = 0; i < x.size(); ++i) grad(0) += dy.data()[i] * x.data()[i];
  }
  std::vector<NamedTensor> state() override { return {{"factor", factor_}}; }

  std::shared_ptr<int> shapes = std::make_shared<int>(0), training = std::make_shared<int>(0),
                       evaluation = std::make_shared<int>(0);

 private:
  Parameter factor_{Shape{1}};
};

double loss_of(Layer& model, const TensorDataset& data) {
  CrossEntropyLoss loss;
  DataLoader loader{data, {.batch_size = 20}};
  return evaluate(model, loss, loader).loss;
}

/// Returns the losses before and after training.
std::pair<double, double> train(Layer& model, const TensorDataset& data) {
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.5}};
  DataLoader loader{data, {.batch_size = 16}};
  const double before = loss_of(model, data);
  fit(model, loss, sgd, loader, {.epochs = 10});
  return {before, loss_of(model, data)};
}

TEST(AnyLayer, ALoneDenseTrains) {
  Rng rng{1};
  const TensorDataset data = separable(70);
  Dense model(3, 3, rng);
  const auto [before, after] = train(model, data);
  EXPECT_LT(after, before / 2);
  DataLoader loader{data, {.batch_size = 20}};
  CrossEntropyLoss loss;
  const Evaluation result = evaluate(model, loss, loader, {metrics::accuracy(), metrics::top_k_accuracy(2)});
  EXPECT_GT(result["accuracy"], 0.9);
  EXPECT_GE(result["top-2 accuracy"], result["accuracy"]);
  const ConfusionMatrix matrix = confusion_matrix(model, loader, data.class_names());
  EXPECT_EQ(matrix.accuracy(), result["accuracy"]);
  EXPECT_EQ(predict_all(model, loader).scores().shape(), (Shape{70, 3}));
}

TEST(AnyLayer, AResidualTrains) {
  Rng rng{1};
  Residual model(Sequential{Dense(3, 8, rng), ReLU(), Dense(8, 3, rng)});
  const auto [before, after] = train(model, separable(70));
  EXPECT_LT(after, before / 2);
}

// The same layers give the same bits, alone or as the only child of a Sequential.
TEST(AnyLayer, TrainsToTheBitsOfASequential) {
  Rng rng{1};
  const TensorDataset data = separable(70);
  Dense alone(3, 3, rng);
  Sequential model{alone};
  train(alone, data);
  train(model, data);
  EXPECT_EQ(alone.state()[0].value->tensor(), model.state()[0].value->tensor());
  EXPECT_EQ(alone.state()[1].value->tensor(), model.state()[1].value->tensor());
}

TEST(AnyLayer, ALayerOfAUsersOwnTrains) {
  const TensorDataset data = separable(70);
  Scale model;
  const auto [before, after] = train(model, data);
  EXPECT_LT(after, before / 2);
  EXPECT_EQ(*model.training, 10 * 5);
  EXPECT_EQ(*model.evaluation, 2 * 4);
  EXPECT_EQ(*model.shapes, 10 * 2 + 2 * 2) << "expected once per change of the batch's shape";
}

TEST(AnyLayer, AnErrorNamesTheLayerThatTheInputDoesNotFit) {
  Rng rng{1};
  const TensorDataset data = separable(7);
  Sequential model{Dense(3, 4, rng), ReLU(), Dense(5, 3, rng)};
  CrossEntropyLoss loss;
  SGD sgd{model.parameters()};
  DataLoader loader{data};
  const std::string expected = "layer 2, Dense(5 -> 3): expected input ";
  for (const std::string& error : {message<ShapeError>([&] { fit(model, loss, sgd, loader); }),
                                   message<ShapeError>([&] { evaluate(model, loss, loader); }),
                                   message<ShapeError>([&] { predict_all(model, loader); })})
    EXPECT_EQ(error.substr(0, expected.size()), expected);
}

TEST(AnyLayer, AnEmaOfALayerIsUpdated) {
  Rng rng{1};
  const TensorDataset data = separable(70);
  Dense model(3, 3, rng);
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.5}};
  DataLoader loader{data, {.batch_size = 16}};
  EMA ema{model};
  fit(model, loss, sgd, loader, {.epochs = 2, .ema = &ema});
  EXPECT_EQ(ema.updates(), 10u);
}

}  // namespace
}  // namespace minnow
