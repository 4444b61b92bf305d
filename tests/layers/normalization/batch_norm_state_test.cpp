// BatchNorm: state, contexts, threads, containers and errors.

#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/models/concat.hpp>
#include <minnow/models/residual.hpp>

#include <tests/layers/normalization/batch_norm_reference.hpp>
#include <tests/support/compare.hpp>
#include <tests/support/layer_by_layer.hpp>
#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/threads_for_test.hpp>

#include <tuple>

#include <gtest/gtest.h>

namespace minnow::inline MINNOW_PRECISION::testing {
namespace {

TEST(BatchNorm, OptionsDecideTheState) {
  const auto names = [](BatchNorm norm) {
    std::string all;
    for (const NamedTensor& found : norm.state()) all += found.name + to_string(found.value->shape()) + " ";
    return all;
  };
  EXPECT_EQ(names(BatchNorm2d(3)), "weight(3) bias(3) running_mean(3) running_var(3) num_batches_tracked() ");
  EXPECT_EQ(names(BatchNorm1d(3, {.affine = false})), "running_mean(3) running_var(3) num_batches_tracked() ");
  EXPECT_EQ(names(BatchNorm1d(3, {.track_running_stats = false})), "weight(3) bias(3) ");
  BatchNorm1d norm(3);
  EXPECT_EQ(norm.parameters().size(), 2u);  // buffers are not trained
  EXPECT_EQ(norm.num_parameters(), 6u);
}

TEST(BatchNorm, AnEmptyBatchChangesNothing) {
  for (const Mode mode : {Mode::train, Mode::eval}) {
    BatchNorm2d norm(3);
    const Tensor x = zeros({0, 3, 2, 2});
    Context context(mode);
    const Pass pass = run(norm, x, x, context);
    EXPECT_EQ(pass.y.size(), 0u);
    EXPECT_EQ(gradient(norm, "weight"), zeros({3}));
    EXPECT_EQ(gradient(norm, "bias"), zeros({3}));
    EXPECT_EQ(entry(norm, "running_mean").tensor(), zeros({3}));
  }
}

TEST(BatchNorm, AFrozenParameterGetsNoGradient) {
  BatchNorm2d norm(3);
  for (const NamedTensor& found : norm.parameters()) found.parameter->trainable = found.name == "bias";
  const Tensor x = random({2, 3, 4, 4}, 1), dy = random({2, 3, 4, 4}, 2);
  Context context;
  run(norm, x, dy, context);
  EXPECT_FALSE(norm.parameters()[0].parameter->has_gradient());
  EXPECT_TRUE(norm.parameters()[1].parameter->has_gradient());
}

TEST(BatchNorm, AnyNumberOfThreadsGivesTheSameBits) {
  for (const Shape& shape : {Shape{32, 24, 20, 20}, Shape{512, 300, 1, 1}}) {
    const Tensor x = random(shape, 1), dy = random(shape, 2);
    const auto with_threads = [&](int threads) {
      const ThreadsForTest setting(threads);
      BatchNorm2d norm(shape[1]);
      Context context;
      Pass pass = run(norm, x, dy, context);
      return std::tuple{pass.y, pass.dx, gradient(norm, "weight"), entry(norm, "running_var").tensor()};
    };
    EXPECT_EQ(with_threads(1), with_threads(3));
  }
}

TEST(BatchNorm, OneContextServesBatchesOfAnySize) {
  BatchNorm2d norm(3);
  Context context;
  for (const std::size_t samples : {4u, 7u, 2u}) {
    const Tensor x = random({samples, 3, 2, 2}, samples), dy = random({samples, 3, 2, 2}, 1);
    const Pass pass = run(norm, x, dy, context);
    const Reference expected(x, dy, entry(norm, "weight"), entry(norm, "bias"));
    EXPECT_LE(error(pass.dx, x.shape(), expected.dx), tolerance);
  }
}

TEST(BatchNorm, ContainersCountABatchOnce) {
  Rng rng{1};
  const Tensor x = random({6, 4}, 1);
  const auto block = [] { return Sequential{BatchNorm1d(4), ReLU(), BatchNorm1d(4)}; };
  Sequential model{BatchNorm1d(4),
                   ReLU(),  // in place, like each ReLU below
                   Residual(block()),
                   ReLU(),
                   Residual(block(), BatchNorm1d(4)),
                   ReLU(),
                   Concat{block(), Sequential{block()}},
                   ReLU()};
  Sequential copy = model;
  LayerByLayer reference(copy);
  const Tensor& expected = reference.forward(x);
  EXPECT_LE(error(model.forward(x), expected.shape(), {expected.storage().begin(), expected.storage().end()}),
            tolerance);
  const auto got = model.state(), counted = copy.state();
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_EQ(got[i].value->tensor(), counted[i].value->tensor()) << got[i].name;
}

// In prediction a norm after Dense is fused. Its channels are the second axis, also if the last axis has the same size.
TEST(BatchNorm, PredictsOnTheSecondAxisAfterADenseOnTheLast) {
  Rng rng{1};
  for (const Shape& out : {Shape{3, 5, 7}, Shape{3, 5, 5}, Shape{4, 5, 1}, Shape{0, 5, 3}, Shape{6, 5}}) {
    Sequential model{Dense(6, out.back(), rng), BatchNorm1d(5), ReLU()};
    Shape in = out;
    in.back() = 6;
    Shape training = in;
    training[0] = 8;
    const Tensor batch = random(training, 1), x = random(in, 2);
    model.forward(batch);  // changes the running statistics
    const Tensor& y = model.predict(x);
    LayerByLayer reference(model, Mode::eval);
    const Tensor& expected = reference.forward(x);
    ASSERT_EQ(y.shape(), out);
    EXPECT_LE(error(y, out, {expected.begin(), expected.end()}), tolerance) << to_string(out);
  }
}

TEST(BatchNormErrors, SayWhoWhatAndWhy) {
  const auto shape = [](const Layer& layer, const Shape& input) {
    return message<ShapeError>([&] { layer.output_shape(input); });
  };
  EXPECT_EQ(shape(BatchNorm2d(3), {4, 5, 2, 2}), "BatchNorm2d(3): expected input (N, 3, H, W), got (4, 5, 2, 2).");
  EXPECT_EQ(shape(BatchNorm2d(3), {4, 3}), "BatchNorm2d(3): expected input (N, 3, H, W), got (4, 3).");
  EXPECT_EQ(shape(BatchNorm1d(3), {4, 3, 2, 2}),
            "BatchNorm1d(3): expected input (N, 3) or (N, 3, L), got (4, 3, 2, 2).");
  EXPECT_EQ(shape(BatchNorm1d(3), {3}), "BatchNorm1d(3): expected input (N, 3) or (N, 3, L), got (3).");
  BatchNorm1d norm(3);
  EXPECT_EQ(
      message<ShapeError>([&] {
        Context context;
        Tensor y = zeros({1, 3});
        norm.forward(zeros({1, 3}), y, context);
      }),
      "BatchNorm1d(3): expected more than one element per channel, got input (1, 3). Use larger batches, or drop a "
      "last batch of one sample.");
  EXPECT_EQ(entry(norm, "num_batches_tracked").data()[0], 0);  // the failed pass changed nothing
  EXPECT_EQ(message<ValueError>([] { BatchNorm2d(0); }), "BatchNorm2d(0): expected at least 1 channel.");
  EXPECT_EQ(message<ValueError>([] { BatchNorm2d(3, {.eps = -1}); }), "BatchNorm2d(3): expected eps >= 0, got -1.");
  EXPECT_EQ(message<ValueError>([] { BatchNorm2d(3, {.momentum = 1.5}); }),
            "BatchNorm2d(3): expected a momentum in [0, 1], got 1.5.");
}

}  // namespace
}  // namespace minnow::inline MINNOW_PRECISION::testing
