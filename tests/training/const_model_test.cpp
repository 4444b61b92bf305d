// A const model has everything that does not change it. Results of predict and forward outlive other passes.

#include <minnow/core/snapshot.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/models/residual.hpp>
#include <minnow/optim/ema.hpp>
#include <minnow/optim/sgd.hpp>
#include <minnow/training/evaluate.hpp>
#include <minnow/training/fit.hpp>

#include <tests/support/small_model.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TensorDataset labelled(std::size_t n) {
  Tensor labels = zeros({n});
  for (std::size_t i = 0; i < n; ++i) labels(i) = static_cast<Real>(i % 3);
  return {random({n, 6}, 5), labels, {"dog", "cat", "owl"}};
}

TEST(ConstModel, IsEvaluatedAndPredicts) {
  Sequential original = small_model();
  const Sequential& model = original;
  const TensorDataset data = labelled(23);
  DataLoader loader{data, {.batch_size = 7}};
  CrossEntropyLoss loss;
  const Tensor expected = original.predict(data.inputs());
  const double expected_loss = loss.forward(expected, data.targets());
  EXPECT_NEAR(evaluate(model, loss, loader).loss, expected_loss, 1e-6);
  EXPECT_EQ(predict_all(model, loader).targets(), data.targets());
  EXPECT_EQ(confusion_matrix(model, loader, data.class_names()).total(), 23u);
  EXPECT_EQ(model.predict(data.inputs()), expected);
  Context context;
  EXPECT_EQ(model.predict(data.inputs(), context), expected);
}

TEST(ConstModel, ShowsItsStateAndSize) {
  Sequential original = small_model();
  const Sequential& model = original;
  const std::vector<NamedConstTensor> state = model.state();
  ASSERT_EQ(state.size(), 4u);
  EXPECT_EQ(state[0].name, "0.weight");
  EXPECT_EQ(state[0].value, original.state()[0].value);
  EXPECT_EQ(state[0].parameter, original.state()[0].parameter);
  EXPECT_EQ(model[2].state()[1].value, original.state()[3].value);
  EXPECT_EQ(model.num_parameters(), 6u * 5 + 5 + 5 * 3 + 3);
  EXPECT_EQ(model.summary({1, 6}), original.summary({1, 6}));
  EXPECT_EQ(first_difference(Snapshot(model), Snapshot(original)), "");
  EXPECT_TRUE(EMA(original).is_of(model));
  EXPECT_FALSE(EMA(original).is_of(small_model()));
  Rng rng{1};
  const Dense dense(2, 3, rng);
  const BatchNorm1d norm(3);
  const Residual residual(Dense(3, 3, rng));
  EXPECT_EQ(dense.state().size() + norm.state().size() + residual.state().size(), 2u + 5 + 2);
}

// The pass of a const layer is in eval mode and leaves the running statistics unchanged.
TEST(ConstModel, OfAnyClassPredictsInEvalMode) {
  BatchNorm1d original(6);
  const Tensor x = random({4, 6}, 3);
  const BatchNorm1d& norm = original;
  Tensor y = zeros(norm.output_shape(x.shape()));
  Context context(Mode::train);
  norm.predict(x, y, context);
  EXPECT_EQ(context.settings.mode, Mode::eval);
  EXPECT_NEAR(y(3, 5), x(3, 5) / std::sqrt(1 + 1e-5), 1e-6);  // mean 0, variance 1
  EXPECT_EQ(first_difference(Snapshot(norm), Snapshot(BatchNorm1d(6))), "");
}

// A result stays as it is while other functions run the model, on batches of another size.
TEST(Results, OfPredictAndForwardOutliveOtherPasses) {
  Sequential model = small_model();
  const TensorDataset data = labelled(23);
  DataLoader loader{data, {.batch_size = 7}};
  const Tensor x = random({2, 6}, 4);
  const Tensor &predicted = model.predict(x), &trained = model.forward(x);
  const Tensor before = predicted, trained_before = trained;
  EXPECT_EQ(before.shape(), (Shape{2, 3}));
  CrossEntropyLoss loss;
  evaluate(model, loss, loader, {metrics::accuracy()});
  predict_all(model, loader);
  confusion_matrix(model, loader, data.class_names());
  model.summary({9, 6});
  EXPECT_EQ(predicted, before);
  EXPECT_EQ(trained, trained_before);
  SGD sgd{model.parameters()};
  fit(model, loss, sgd, loader, {.epochs = 1});
  EXPECT_EQ(predicted, before);
  EXPECT_EQ(trained, trained_before);
}

}  // namespace
}  // namespace minnow
