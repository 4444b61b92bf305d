// fit refuses a last batch of one sample before the first step if the model cannot train on one sample.

#include <minnow/core/error.hpp>
#include <minnow/core/snapshot.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/normalization/layer_norm.hpp>
#include <minnow/layers/regularization/dropout.hpp>
#include <minnow/layers/shape/reshape.hpp>
#include <minnow/losses/mse_loss.hpp>
#include <minnow/models/concat.hpp>
#include <minnow/models/residual.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/sgd.hpp>
#include <minnow/training/fit.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// Returns the error of fit for n samples of 4 features. Expects that a refused model has made no step.
std::string error_of_fit(Sequential model, std::size_t n, const DataLoaderOptions& options) {
  const TensorDataset data(random({n, 4}, 1), random({n, 4}, 2));
  DataLoader loader{data, options};
  MSELoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.01}};
  const Snapshot before(model, sgd);
  std::size_t steps = 0;
  const std::string text = message<Error>(
      [&] { fit(model, loss, sgd, loader, {.epochs = 2, .on_step = [&](const Progress&) { ++steps; }}); });
  EXPECT_EQ(steps, text == "no error" ? 2 * loader.size() : 0) << text;
  if (text != "no error") {
    EXPECT_EQ(first_difference(before, Snapshot(model, sgd)), "");
  }
  return text;
}

Sequential with_norm() {
  Rng rng{1};
  return Sequential{Dense(4, 4, rng), Dropout(0.5, rng), BatchNorm1d(4), ReLU(), Dense(4, 4, rng)};
}

const std::string one_of_nine =
    "fit: expected a last batch that the model accepts, got 1 sample (9 in batches of 4). Set drop_last or another "
    "batch_size. ";

TEST(LastBatch, OfOneSampleIsRefusedBeforeTheFirstStep) {
  EXPECT_EQ(error_of_fit(with_norm(), 9, {.batch_size = 4}),
            one_of_nine +
                "BatchNorm1d(4): expected more than one element per channel, got input (1, 4). Use larger batches, or "
                "drop a last batch of one sample.");
  EXPECT_EQ(error_of_fit(with_norm(), 9, {.batch_size = 4, .shuffle = Rng{1}, .prefetch = true}).find(one_of_nine), 0u);
}

TEST(LastBatch, OfAnotherSizeIsAccepted) {
  EXPECT_EQ(error_of_fit(with_norm(), 9, {.batch_size = 4, .drop_last = true}), "no error");
  EXPECT_EQ(error_of_fit(with_norm(), 9, {.batch_size = 9}), "no error");
  EXPECT_EQ(error_of_fit(with_norm(), 9, {.batch_size = 64}), "no error");
  EXPECT_EQ(error_of_fit(with_norm(), 10, {.batch_size = 4}), "no error");
}

TEST(LastBatch, BatchesOfOneAreRefusedAtOnce) {
  const std::string error =
      "BatchNorm1d(4): expected more than one element per channel, got input (1, 4). Use larger batches, or drop a "
      "last batch of one sample.";
  EXPECT_EQ(error_of_fit(with_norm(), 9, {.batch_size = 1}), error);
  EXPECT_EQ(error_of_fit(with_norm(), 1, {.batch_size = 4}), error);
}

TEST(LastBatch, IsCheckedInContainersAndAfterReshapes) {
  Rng rng{1};
  const DataLoaderOptions options{.batch_size = 4};
  const auto refused = [&](const Sequential& model) { return error_of_fit(model, 9, options).find(one_of_nine) == 0; };
  EXPECT_TRUE(refused(Sequential{Residual(Sequential{BatchNorm1d(4), Dense(4, 4, rng)})}));
  EXPECT_TRUE(refused(Sequential{Concat{BatchNorm1d(4), ReLU()}, Dense(8, 4, rng)}));
  EXPECT_TRUE(refused(Sequential{Dense(4, 4, rng), Sequential{BatchNorm1d(4), ReLU()}}));
  EXPECT_TRUE(refused(Sequential{Dense(4, 4, rng), Reshape({4, 1, 1}), BatchNorm2d(4), Reshape({4})}));
  EXPECT_FALSE(refused(Sequential{Dense(4, 4, rng), Reshape({2, 2, 1}), BatchNorm2d(2), Reshape({4})}));
  EXPECT_FALSE(refused(Sequential{Dense(4, 4, rng), LayerNorm(4), Dropout(0.5, rng)}));
}

/// Compares the samples of a batch, so that it needs two.
class Pairwise : public ReLU {
 public:
  std::string name() const override { return "Pairwise"; }
  void forward(const Tensor& x, Tensor& y, Context& context) override {
    if (x.shape()[0] < 2) throw std::invalid_argument("Pairwise: expected two samples.");
    ReLU::forward(x, y, context);
  }
};

TEST(LastBatch, IsCheckedWithACustomLayer) {
  Rng rng{1};
  EXPECT_EQ(error_of_fit(Sequential{Dense(4, 4, rng), Pairwise()}, 9, {.batch_size = 4}),
            one_of_nine + "Pairwise: expected two samples.");
}

// A model that refuses every batch reports its own error.
TEST(LastBatch, IsNotBlamedForOtherErrors) {
  Rng rng{1};
  const std::string text = error_of_fit(Sequential{Dense(5, 4, rng)}, 9, {.batch_size = 4});
  EXPECT_EQ(text.find("layer 0, Dense(5 -> 4): expected input"), 0u) << text;
}

// The check leaves no trace: the bits are those of a model that is trained by hand.
TEST(LastBatch, TheCheckChangesNothing) {
  Rng rng{1};
  const Sequential model{Dense(4, 6, rng), Dropout(0.5, rng), Reshape({2, 3}),
                         BatchNorm1d(2),   Reshape({6}),      Dense(6, 4, rng)};
  const TensorDataset data(random({9, 4}, 1), random({9, 4}, 2));
  MSELoss loss;
  Sequential fitted = model, by_hand = model;
  SGD sgd{fitted.parameters(), {.learning_rate = 0.1}}, sgd_by_hand{by_hand.parameters(), {.learning_rate = 0.1}};
  DataLoader loader{data, {.batch_size = 4}};
  fit(fitted, loss, sgd, loader, {.epochs = 1});
  for (const Batch& batch : loader) {
    loss.forward(by_hand.forward(batch.inputs), batch.targets);
    by_hand.backward(loss.backward());
    sgd_by_hand.step();
  }
  EXPECT_EQ(first_difference(Snapshot(fitted), Snapshot(by_hand)), "");
}

}  // namespace
}  // namespace minnow
