// The error at a loss that is not finite names the layer where it arose. The search changes nothing in the model.

#include <minnow/core/error.hpp>
#include <minnow/core/snapshot.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/convolution/conv2d.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/normalization/layer_norm.hpp>
#include <minnow/layers/pooling/global_avg_pool2d.hpp>
#include <minnow/layers/pooling/max_pool2d.hpp>
#include <minnow/layers/regularization/dropout.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/models/residual.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/sgd.hpp>
#include <minnow/training/evaluate.hpp>
#include <minnow/training/find_non_finite.hpp>
#include <minnow/training/fit.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

TensorDataset random_samples(const Shape& shape) {
  Tensor labels = zeros({shape[0]});
  for (std::size_t i = 0; i < labels.size(); ++i) labels(i) = static_cast<Real>(i % 3);
  return {random(shape, 5), labels};
}

void set_nan(Layer& layer, const std::string& entry_name) {
  for (const NamedTensor& entry : layer.state())
    if (entry.name == entry_name) return void(entry.value->data()[0] = nan);
  FAIL() << layer.name() << " has no " << entry_name;
}

std::string error_of_evaluate(Layer& model, const TensorDataset& data) {
  CrossEntropyLoss loss;
  DataLoader loader{data, {.batch_size = 4}};
  return message<NonFiniteError>([&] { evaluate(model, loss, loader); });
}

std::string error_of_fit(Layer& model, const TensorDataset& data) {
  CrossEntropyLoss loss;
  DataLoader loader{data, {.batch_size = 4}};
  SGD sgd{model.parameters(), {.learning_rate = 0.1}};
  return message<NonFiniteError>([&] { fit(model, loss, sgd, loader); });
}

TEST(FindNonFinite, NamesABufferInEvaluateAndChangesNothing) {
  Rng rng{1};
  Sequential model{Dense(6, 5, rng), Dropout(0.5, rng), BatchNorm1d(5), Dropout(0.25, rng), Dense(5, 3, rng)};
  set_nan(model[2], "running_mean");
  const Snapshot before(model);
  EXPECT_EQ(error_of_evaluate(model, random_samples({9, 6})),
            "evaluate: expected a finite loss, got nan; it arose in layer 2, BatchNorm1d(5): its running_mean is not "
            "finite.");
  EXPECT_EQ(first_difference(before, Snapshot(model)), "");
}

TEST(FindNonFinite, NamesABufferOfAFusedStepInEvaluateAndChangesNothing) {
  Rng rng{1};
  Sequential model{Conv2d(3, 8, 3, rng, {.padding = 1, .bias = false}),
                   BatchNorm2d(8),
                   ReLU(),
                   MaxPool2d(2),
                   GlobalAvgPool2d(),
                   Dropout(0.5, rng),
                   Dense(8, 3, rng)};
  set_nan(model[1], "running_mean");
  const Snapshot before(model);
  EXPECT_EQ(error_of_evaluate(model, random_samples({9, 3, 8, 8})),
            "evaluate: expected a finite loss, got nan; it arose in layer 1, BatchNorm2d(8): its running_mean is not "
            "finite.");
  EXPECT_EQ(first_difference(before, Snapshot(model)), "");
}

TEST(FindNonFinite, NamesAFusedStepInFitAsARange) {
  Rng rng{1};
  Sequential model{Conv2d(3, 8, 3, rng, {.padding = 1, .bias = false}),
                   BatchNorm2d(8),
                   ReLU(),
                   MaxPool2d(2),
                   GlobalAvgPool2d(),
                   Dense(8, 3, rng)};
  model[0].state()[0].value->fill(std::numeric_limits<Real>::max());  // finite, but their products are not
  EXPECT_EQ(
      error_of_fit(model, random_samples({9, 3, 8, 8})),
      "fit: expected a finite loss, got nan at epoch 1, step 1; it arose in layers 0 to 3, Conv2d(3 -> 8, 3, padding "
      "1) ... MaxPool2d(2). Try a lower learning rate.");
}

// The weights are finite, but their products are not.
TEST(FindNonFinite, NamesOneLayerOrTwo) {
  Rng rng{1};
  Sequential one{Dense(6, 5, rng), LayerNorm(5)}, two{Dense(6, 5, rng), Tanh(), Dense(5, 3, rng), ReLU()};
  one[0].state()[0].value->fill(std::numeric_limits<Real>::max());
  two[2].state()[0].value->fill(std::numeric_limits<Real>::max());
  const std::string of_one = error_of_evaluate(one, random_samples({9, 6}));
  const std::string of_two = error_of_evaluate(two, random_samples({9, 6}));
  EXPECT_NE(of_one.find("it arose in layer 0, Dense(6 -> 5)."), std::string::npos) << of_one;
  EXPECT_NE(of_two.find("it arose in layers 2 to 3, Dense(5 -> 3) and ReLU."), std::string::npos) << of_two;
}

TEST(FindNonFinite, DescendsIntoANestedSequential) {
  Rng rng{1};
  Sequential inner{Dense(5, 5, rng), Dropout(0.5, rng), Dense(5, 4, rng), Dropout(0.5, rng)};
  set_nan(inner[2], "bias");
  Sequential model{Dense(6, 5, rng), Dropout(0.5, rng), inner, Dense(4, 3, rng)};
  const std::string where = "it arose in layer 2.2, Dense(5 -> 4): its bias is not finite";
  EXPECT_EQ(error_of_fit(model, random_samples({9, 6})),
            "fit: expected a finite loss, got nan at epoch 1, step 1; " + where + ". Try a lower learning rate.");
  EXPECT_EQ(error_of_evaluate(model, random_samples({9, 6})),
            "evaluate: expected a finite loss, got nan; " + where + ".");
}

TEST(FindNonFinite, NamesALayerThatIsTheWholeModel) {
  Rng rng{1};
  Dense model(6, 3, rng);
  set_nan(model, "weight");
  const std::string where = "it arose in Dense(6 -> 3): its weight is not finite";
  EXPECT_EQ(error_of_fit(model, random_samples({9, 6})),
            "fit: expected a finite loss, got nan at epoch 1, step 1; " + where + ". Try a lower learning rate.");
  EXPECT_EQ(error_of_evaluate(model, random_samples({9, 6})),
            "evaluate: expected a finite loss, got nan; " + where + ".");
}

TEST(FindNonFinite, NamesTheInputsOrTheLoss) {
  TensorDataset data = random_samples({9, 6});
  Tensor inputs = data.inputs();
  inputs(1, 2) = nan;
  Sequential model = small_model();
  EXPECT_EQ(error_of_evaluate(model, {inputs, data.targets()}),
            "evaluate: expected a finite loss, got nan; it arose in the inputs, sample 1.");
  const Tensor x = random({4, 6}, 1);
  model.forward(x);
  EXPECT_EQ(find_non_finite(model, x), "in the loss");
}

}  // namespace
}  // namespace minnow
