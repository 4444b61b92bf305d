// A large batch gives the results of its samples alone, which the fixtures compare with PyTorch. The sizes exceed each
// limit at which the kernels change: grains of parallel_for, tiles of a convolution, blocks of a sum.

#include <minnow/core/detail/format.hpp>
#include <minnow/layers.hpp>
#include <minnow/models.hpp>

#include <tests/support/compare.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/threads_for_test.hpp>

#include <algorithm>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

struct Passes {
  Tensor y, dx;
  std::vector<std::vector<double>> gradients;  // of each parameter
};

Passes run(Layer& layer, const Tensor& x, const Tensor& dy, Mode mode) {
  Passes passes{zeros(layer.output_shape(x.shape())), zeros(x.shape()), {}};
  Context context(mode);
  layer.forward(x, passes.y, context);
  layer.backward(x, passes.y, dy, &passes.dx, context);
  for (const NamedTensor& entry : layer.parameters()) {
    passes.gradients.emplace_back(entry.parameter->grad.begin(), entry.parameter->grad.end());
    entry.parameter->clear_gradient();
  }
  return passes;
}

Tensor sample_of(const Tensor& batch, std::size_t n) {
  Shape shape = batch.shape();
  shape[0] = 1;
  Tensor sample = zeros(shape);
  std::copy_n(batch.data() + n * sample.size(), sample.size(), sample.data());
  return sample;
}

/// Returns the results of the samples one by one; the gradients are summed in double.
struct Expected {
  std::vector<double> y, dx;
  std::vector<std::vector<double>> gradients;
};
Expected one_by_one(Layer& layer, const Tensor& x, const Tensor& dy, Mode mode) {
  Expected expected;
  for (std::size_t n = 0; n < x.shape()[0]; ++n) {
    const Passes alone = run(layer, sample_of(x, n), sample_of(dy, n), mode);
    expected.y.insert(expected.y.end(), alone.y.begin(), alone.y.end());
    expected.dx.insert(expected.dx.end(), alone.dx.begin(), alone.dx.end());
    expected.gradients.resize(alone.gradients.size());
    for (std::size_t p = 0; p < alone.gradients.size(); ++p) {
      expected.gradients[p].resize(alone.gradients[p].size());
      for (std::size_t i = 0; i < alone.gradients[p].size(); ++i) expected.gradients[p][i] += alone.gradients[p][i];
    }
  }
  return expected;
}

double error_of(const std::vector<double>& values, const std::vector<double>& expected) {
  DoubleTensor tensor = DoubleTensor::from_shape({values.size()});
  std::copy(values.begin(), values.end(), tensor.data());
  return error(tensor, {expected.size()}, expected);
}

void expect_sum_of_samples(Layer& layer, const Tensor& x, Mode mode = Mode::train) {
  for (const NamedTensor& entry : layer.parameters())
    if (entry.value->shape().size() == 1)
      *entry.value = random(entry.value->shape(), 3);  // norms and biases begin at 0 and 1
  const Tensor dy = random(layer.output_shape(x.shape()), 2);
  const Expected expected = one_by_one(layer, x, dy, mode);
  for (const int threads : {1, 2, 3}) {
    const ThreadsForTest scope(threads);
    const std::string what = format_text("{}, {}, {} threads", layer.name(), to_string(x.shape()), threads);
    const Passes got = run(layer, x, dy, mode);
    EXPECT_LE(error(got.y, got.y.shape(), expected.y), tolerance) << what;
    EXPECT_LE(error(got.dx, x.shape(), expected.dx), tolerance) << what;
    for (std::size_t p = 0; p < expected.gradients.size(); ++p)
      EXPECT_LE(error_of(got.gradients[p], expected.gradients[p]), 2 * tolerance)  // long sums of either sign
          << what << ", parameter " << p;
  }
}

TEST(LargeBatch, Activations) {
  const Tensor x = random({1000, 100}, 1);
  std::vector<std::unique_ptr<Layer>> layers;
  layers.push_back(std::make_unique<ReLU>());
  layers.push_back(std::make_unique<LeakyReLU>(0.25));
  layers.push_back(std::make_unique<Sigmoid>());
  layers.push_back(std::make_unique<Tanh>());
  layers.push_back(std::make_unique<GELU>());
  layers.push_back(std::make_unique<SiLU>());
  for (const auto& layer : layers) expect_sum_of_samples(*layer, x);
}

TEST(LargeBatch, Rows) {
  Softmax softmax;
  LogSoftmax log_softmax;
  LayerNorm narrow(100), wide(3000);
  for (Layer* layer : std::initializer_list<Layer*>{&softmax, &log_softmax, &narrow})
    expect_sum_of_samples(*layer, random({1000, 100}, 1));
  for (Layer* layer : std::initializer_list<Layer*>{&softmax, &log_softmax, &wide})
    expect_sum_of_samples(*layer, random({70, 3000}, 1));
}

TEST(LargeBatch, NormsInEvaluation) {
  BatchNorm1d features(100);
  BatchNorm2d images(8);
  expect_sum_of_samples(features, random({1000, 100}, 1), Mode::eval);
  expect_sum_of_samples(images, random({130, 8, 11, 12}, 1), Mode::eval);
}

TEST(LargeBatch, Pools) {
  MaxPool2d max(2), overlapping({3, 2}, {.stride = Size2d{2, 1}, .padding = 1});
  AvgPool2d average({2, 3}, {.padding = 1});
  GlobalAvgPool2d global;
  for (Layer* layer : std::initializer_list<Layer*>{&max, &overlapping, &average, &global})
    expect_sum_of_samples(*layer, random({130, 8, 11, 36}, 1));
}

TEST(LargeBatch, Convolutions) {
  Rng rng{1};
  Conv2d plain(3, 10, 3, rng, {.padding = 1});
  Conv2d strided(6, 22, {3, 2}, rng, {.stride = 2, .groups = 2});
  Conv2d many_filters(64, 512, 3, rng);  // more filter elements than small_filters and filter_workspace_taps
  expect_sum_of_samples(plain, random({60, 3, 33, 40}, 1));
  expect_sum_of_samples(strided, random({60, 6, 33, 40}, 1));
  expect_sum_of_samples(many_filters, random({5, 64, 5, 5}, 1));
}

TEST(LargeBatch, DenseAndEmbedding) {
  Rng rng{1};
  Dense dense(300, 200, rng), to_one(300, 1, rng), from_one(1, 300, rng);
  for (Layer* layer : std::initializer_list<Layer*>{&dense, &to_one})
    expect_sum_of_samples(*layer, random({500, 300}, 1));
  expect_sum_of_samples(from_one, random({500, 1}, 1));
}

TEST(LargeBatch, Containers) {
  Rng rng{1};
  Sequential dense{Dense(200, 200, rng), Tanh(), Dense(200, 50, rng), Sigmoid()};
  Sequential images{Conv2d(3, 10, 3, rng, {.padding = 1}), BatchNorm2d(10), ReLU(), MaxPool2d(2), Flatten()};
  Residual residual{Dense(200, 200, rng)};
  Concat concat{Dense(200, 100, rng), Dense(200, 120, rng)};
  for (Layer* layer : std::initializer_list<Layer*>{&dense, &residual, &concat})
    expect_sum_of_samples(*layer, random({500, 200}, 1));
  expect_sum_of_samples(images, random({60, 3, 33, 40}, 1), Mode::eval);
}

}  // namespace
}  // namespace minnow
