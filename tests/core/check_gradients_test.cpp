#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/sigmoid.hpp>
#include <minnow/layers/activation/softmax.hpp>
#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/shape/flatten.hpp>
#include <minnow/models/sequential.hpp>

#include <tests/support/faulty_layers.hpp>
#include <tests/support/fixture.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

double expect_pass(Layer& layer, const Shape& shape, const GradientCheckOptions& options = {}) {
  const GradientReport report = check_gradients(layer, shape, options);
  EXPECT_TRUE(report.ok) << report.failure;
  EXPECT_TRUE(report.failure.empty());
  EXPECT_LE(report.worst_error, options.tolerance);
  return report.worst_error;
}

TEST(CheckGradients, EveryLayerPasses) {
  Rng rng{1};
  for (const std::uint64_t seed : {1u, 2u, 3u})
    for (const Mode mode : {Mode::train, Mode::eval}) {
      Sequential layers{Dense(5, 3, rng),
                        Dense(5, 4, rng, {.bias = false}),
                        Dense(5, 1, rng, {.init = Init::pytorch}),
                        ReLU(),
                        Sigmoid(),
                        Tanh(),
                        Flatten(),
                        Softmax()};
      for (std::size_t i = 0; i < layers.size(); ++i) {
        double worst = expect_pass(layers[i], {4, 5}, {.seed = seed, .mode = mode});
        worst = std::max(worst, expect_pass(layers[i], {1, 5}, {.seed = seed, .mode = mode}));
        record_error(layers[i].name(), worst);
      }
      for (Layer* layer : {&layers[3], &layers[4], &layers[5], &layers[6]})
        expect_pass(*layer, {2, 3, 2, 2}, {.seed = seed, .mode = mode});
    }
}

TEST(CheckGradients, ContainersPass) {
  Rng rng{1};
  Sequential inner{Dense(6, 5, rng), Tanh()}, empty;
  Sequential model{Flatten(), inner, Dense(5, 4, rng), Sigmoid(), Sequential{}, Dense(4, 3, rng), Softmax()};
  expect_pass(inner, {3, 6});
  expect_pass(empty, {3, 6});
  expect_pass(model, {3, 2, 3});
  Sequential kinked{Dense(6, 5, rng), ReLU(), Dense(5, 3, rng)};
  expect_pass(kinked, {3, 6});
}

TEST(CheckGradients, CorrectVersionsOfTheFaultyLayersPass) {
  PlainDense dense(Fault::none, 3);
  BatchCentre centre(true);
  MaskedReLU in_context(Keep::in_context);
  expect_pass(dense, {4, 3});
  expect_pass(centre, {4, 3});
  expect_pass(in_context, {4, 3});
  for (const Promise promise : {Promise::none, Promise::kept}) {
    Exponential exponential(promise);
    expect_pass(exponential, {4, 3});
  }
}

/// Expects a failure that begins with the layer's name and contains each of the given words.
void expect_caught(Layer& layer, const std::vector<std::string>& words) {
  const GradientReport report = check_gradients(layer, {4, 3});
  EXPECT_FALSE(report.ok) << layer.name();
  EXPECT_EQ(report.failure.find(layer.name() + " at input ("), 0u) << report.failure;
  EXPECT_EQ(report.failure.find('\n'), std::string::npos) << report.failure;
  for (const std::string& word : words)
    EXPECT_NE(report.failure.find(word), std::string::npos) << "\"" << word << "\" is not in: " << report.failure;
}

TEST(CheckGradients, ReportsEveryPlantedFault) {
  const std::vector<std::pair<Fault, std::vector<std::string>>> faults{
      {Fault::flipped_dx, {"dx[", "differences give"}},
      {Fault::flipped_weight, {"weight[", "differences give"}},
      {Fault::no_bias_gradient, {"computed no gradient for bias"}},
      {Fault::zero_bias_gradient, {"bias[", "differences give"}},
      {Fault::gradient_overwritten, {"weight[", "a second backward must add"}},
      {Fault::gradient_never_overwritten, {"weight[", "the first backward after a step must overwrite"}},
      {Fault::dx_added, {"dx[", "must write all of dx"}},
      {Fault::dx_partly_written, {"dx[", "must write all of dx"}},
      {Fault::null_dx_ends_backward, {"with a null dx", "no gradient for weight"}},
      {Fault::null_dx_changes_gradient, {"bias[", "a null dx must not change the parameters' gradients"}},
      {Fault::weight_gradient_transposed, {"weight[", "differences give"}},
      {Fault::y_partly_written, {"forward left y[", "unwritten"}},
      {Fault::y_added, {"forward", "y[", "unwritten"}},
      {Fault::x_written, {"forward changed x"}},
      {Fault::dy_written, {"backward changed", "dy"}},
      {Fault::batch_of_one_wrong, {"at input (1, 3)", "dx["}},
      {Fault::counts_passes, {"forward gave another y"}},
      {Fault::weight_not_in_state, {"a parameter of shape (3, 3), which state() does not list"}},
      {Fault::bias_in_state_as_buffer, {"backward wrote a gradient of bias, which state() lists as a buffer"}},
  };
  for (const auto& [fault, words] : faults) {
    SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)));
    PlainDense layer(fault, 3);
    expect_caught(layer, words);
  }
}

TEST(CheckGradients, ReportsEveryFalseMemoryUse) {
  const std::vector<std::pair<Promise, std::vector<std::string>>> promises{
      {Promise::x_unread, {"dx[0, 0]", "memory_use returns reads_x = false, but backward reads x", "got nan"}},
      {Promise::x_unread_by_dx, {"factor[0]", "memory_use returns reads_x = false, but backward reads x"}},
      {Promise::y_unread, {"dx[0, 0]", "memory_use returns reads_y = false, but backward reads y"}},
      {Promise::in_place_though_x_is_read,
       {"memory_use returns in_place = true, but in_place requires reads_x = false"}},
      {Promise::in_place_of_another_shape,
       {"memory_use returns in_place = true, but in_place requires y of x's shape, got (4, 1, 3)"}},
      {Promise::in_place_forward, {"y[0, 0]", "in x's memory forward gives another y", "expected", "got 2."}},
      {Promise::in_place_backward, {"dx[0, 0]", "in dy's memory backward gives another gradient", "got 0."}},
  };
  for (const auto& [promise, words] : promises) {
    SCOPED_TRACE("promise " + std::to_string(static_cast<int>(promise)));
    Exponential layer(promise);
    expect_caught(layer, words);
  }
}

/// A container whose state() forgets one of its children.
class Forgetful : public Sequential {
 public:
  using Sequential::Sequential;
  std::vector<NamedTensor> state() override { return (*this)[0].state(); }
};

TEST(CheckGradients, ReportsAChildThatStateForgets) {
  Rng rng{1};
  Forgetful model{Dense(3, 4, rng), Tanh(), Dense(4, 2, rng, {.bias = false})};
  expect_caught(model, {"a parameter of shape (2, 4), which state() does not list. Add the parameter to state()."});
}

TEST(CheckGradients, ReportsTheParametersThatItChecked) {
  using Names = std::vector<std::string>;
  Rng rng{1};
  Sequential model{Dense(3, 4, rng), Tanh(), Dense(4, 2, rng, {.bias = false})};
  EXPECT_EQ(check_gradients(model, {4, 3}).parameters, (Names{"0.weight", "0.bias", "2.weight"}));
  model[0].state()[0].parameter->trainable = false;
  EXPECT_EQ(check_gradients(model, {4, 3}).parameters, (Names{"0.bias", "2.weight"}));
  Tanh tanh;
  EXPECT_EQ(check_gradients(tanh, {4, 3}).parameters, Names{});
}

TEST(CheckGradients, ReportsAMissingBatchMean) {
  BatchCentre layer(false);
  expect_caught(layer, {"dx[", "differences give"});
}

TEST(CheckGradients, ReportsStateLeftFromAnotherPass) {
  MaskedReLU in_layer(Keep::in_layer), never_refreshed(Keep::first_forever);
  expect_caught(in_layer, {"dx[", "another pass, with another context, must not affect this one"});
  expect_caught(never_refreshed, {"dx[", "the previous pass in the same context must not affect this one"});
}

TEST(CheckGradients, FindsASmallErrorInDouble) {
  PlainDense layer(Fault::slightly_wrong, 3);  // by 1e-5
  const GradientReport report = check_gradients(layer, {4, 3});
  EXPECT_EQ(report.ok, (!std::is_same_v<Real, double>)) << report.failure;
}

// A fine-tuned model has frozen layers: backward may skip their gradients.
TEST(CheckGradients, PassesALayerWithAFrozenParameter) {
  Rng rng{1};
  Dense dense(3, 2, rng);
  dense.state()[0].parameter->trainable = false;
  expect_pass(dense, {4, 3});
}

TEST(CheckGradients, LeavesParametersUnchangedAndGradientsStale) {
  Rng rng{1};
  Dense dense(3, 2, rng), before = dense;
  expect_pass(dense, {4, 3});
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(*dense.state()[i].value, *before.state()[i].value);
    EXPECT_FALSE(dense.state()[i].parameter->has_gradient());
  }
}

TEST(CheckGradients, AcceptsAnInputAndReportsTheWorstCoordinate) {
  Tanh tanh;
  const GradientReport report = check_gradients(tanh, {2, 2}, {.input = Tensor{{0, 1}, {-1, 0.5}}});
  EXPECT_TRUE(report) << report.failure;
  EXPECT_EQ(report.worst_coordinate.find("dx["), 0u) << report.worst_coordinate;
  EXPECT_GT(report.worst_error, 0);
}

TEST(CheckGradients, RefusesEmptyAndMismatchedShapes) {
  ReLU relu;
  EXPECT_THROW(check_gradients(relu, {}), ShapeError);
  EXPECT_THROW(check_gradients(relu, {0, 3}), ShapeError);
  EXPECT_THROW(check_gradients(relu, {2, 3}, {.input = zeros({3, 2})}), ShapeError);
}

}  // namespace
}  // namespace minnow
