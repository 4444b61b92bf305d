#include <minnow/core/check_gradients.hpp>
#include <minnow/core/threading/threads.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/convolution/conv2d.hpp>
#include <minnow/models/sequential.hpp>

#include <tests/support/compare.hpp>
#include <tests/support/instruction_sets.hpp>
#include <tests/support/threads_for_test.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

Tensor normal(const Shape& shape, Rng rng) {
  Tensor tensor = zeros(shape);
  for (Real& value : tensor.storage()) value = static_cast<Real>(rng.normal());
  return tensor;
}

struct Case {
  Shape shape;
  std::size_t out;
  Size2d kernel;
  Size2d stride = 1;
  Size2d padding = 0;
  bool bias = true;

  Conv2d layer(Rng& rng) const {
    return {shape[1],
            out,
            kernel,
            rng,
            {.stride = stride,
             .padding = {padding.height, padding.width},
             .groups = shape[1],
             .bias = bias,
             .init = Init::pytorch}};
  }
};

/// The outputs and gradients of a depthwise convolution.
struct Passes {
  std::vector<double> y, dx, weight, bias;
};

/// Returns the passes by the definition, summed in double.
Passes by_definition(const Case& c, const Shape& out, const Tensor& x, const Tensor& weight, const Tensor* bias,
                     const Tensor& dy) {
  const std::size_t channels = c.shape[1], height = c.shape[2], width = c.shape[3];
  Passes p{std::vector<double>(dy.size()), std::vector<double>(x.size()), std::vector<double>(weight.size()),
           std::vector<double>(c.out)};
  const std::size_t taps = c.kernel.height * c.kernel.width;
  for (std::size_t at = 0; at < dy.size(); ++at) {
    const std::size_t w = at % out[3], h = at / out[3] % out[2], o = at / (out[2] * out[3]) % c.out;
    const std::size_t plane = (at / (out[1] * out[2] * out[3]) * channels + o / (c.out / channels)) * height * width;
    const auto d = static_cast<double>(dy.data()[at]);
    p.y[at] = bias != nullptr ? static_cast<double>(bias->data()[o]) : 0;
    p.bias[o] += d;
    for (std::size_t i = 0; i < c.kernel.height; ++i)
      for (std::size_t j = 0; j < c.kernel.width; ++j) {
        const std::size_t row = h * c.stride.height + i - c.padding.height;  // a row above the image is a large number
        const std::size_t column = w * c.stride.width + j - c.padding.width;
        if (row >= height || column >= width) continue;
        const std::size_t from = plane + row * width + column, tap = o * taps + i * c.kernel.width + j;
        p.y[at] += static_cast<double>(weight.data()[tap]) * static_cast<double>(x.data()[from]);
        p.dx[from] += static_cast<double>(weight.data()[tap]) * d;
        p.weight[tap] += static_cast<double>(x.data()[from]) * d;
      }
  }
  return p;
}

/// The passes of a layer.
struct Results {
  Tensor y, dx, weight, bias;
};

Results run(Conv2d& conv, const Tensor& x, const Tensor& dy) {
  Results r{zeros(conv.output_shape(x.shape())), zeros(x.shape()), {}, {}};
  Context context;
  conv.forward(x, r.y, context);
  conv.backward(x, r.y, dy, &r.dx, context);
  for (const NamedTensor& entry : conv.parameters()) {
    (entry.name == "weight" ? r.weight : r.bias) = entry.parameter->grad.tensor();
    entry.parameter->clear_gradient();
  }
  return r;
}

/// Compares the passes of a layer with the definition.
void check(const Case& c, Rng& rng) {
  Conv2d conv = c.layer(rng);
  SCOPED_TRACE(conv.name() + ", " + to_string(c.shape));
  const Tensor x = normal(c.shape, rng.split()), dy = normal(conv.output_shape(c.shape), rng.split());
  const Results r = run(conv, x, dy);
  const auto state = conv.state();
  const Passes expected =
      by_definition(c, dy.shape(), x, *state[0].value, c.bias ? &state[1].value->tensor() : nullptr, dy);
  EXPECT_LE(error(r.y, dy.shape(), expected.y), tolerance);
  EXPECT_LE(error(r.dx, c.shape, expected.dx), tolerance);
  EXPECT_LE(error(r.weight, state[0].value->shape(), expected.weight), tolerance);
  if (c.bias) {
    EXPECT_LE(error(r.bias, {c.out}, expected.bias), tolerance);
  }
}

TEST(DepthwiseConv2d, MatchesItsDefinitionForEachKernelStrideAndPadding) {
  Rng rng{3};
  on_each_instruction_set([&](const std::string&) {
    for (const std::size_t stride : {1u, 2u, 3u, 4u})
      for (const std::size_t kernel : {1u, 2u, 3u, 4u, 5u, 7u})
        for (const std::size_t padding : {std::size_t{0}, kernel / 2, kernel + 1})
          check({{2, 3, 11, 19}, 3, kernel, stride, padding, kernel % 2 == 0}, rng);
  });
}

TEST(DepthwiseConv2d, MatchesItsDefinitionForExtremeSizes) {
  Rng rng{4};
  on_each_instruction_set([&](const std::string&) {
    for (const std::size_t kernel : {3u, 5u, 7u})
      for (const std::size_t stride : {1u, 2u}) {
        const std::size_t same = kernel / 2;
        check({{3, 2, 1, 1}, 2, kernel, stride, same}, rng);
        check({{1, 5, 2, 3}, 5, kernel, stride, same}, rng);         // smaller than the filter
        check({{1, 1, 2, 37}, 1, kernel, stride, kernel - 1}, rng);  // as much padding as the filter meets
        check({{5, 1, 13, 2}, 1, kernel, stride, same}, rng);
        check({{2, 4, 7, 6}, 8, kernel, stride, same}, rng);
        check({{2, 2, 9, 35}, 4, kernel, stride, {same, 0}}, rng);
        check({{1, 3, 61, 67}, 3, kernel, stride, same}, rng);  // several vectors wide, several bands high
      }
    for (const std::size_t width : {4u, 8u, 15u, 16u, 17u, 32u, 33u}) check({{2, 2, 5, width}, 2, 3, {1, 1}, 1}, rng);
    check({{1, 1000, 3, 3}, 1000, 3, 1, 1}, rng);
    check({{1, 2, 9, 10}, 4, {1, 7}, {3, 1}, {0, 3}}, rng);
    check({{2, 3, 10, 9}, 3, {5, 3}, {1, 2}, {2, 1}}, rng);
    check({{2, 3, 40, 60}, 6, {3, 2}, {2, 1}, {4, 0}}, rng);
    check({{2, 2, 6, 5}, 2, 3, {5, 4}, 1}, rng);
    check({{1, 2, 40, 90}, 2, {9, 4}, 1, {4, 2}}, rng);
  });
}

TEST(DepthwiseConv2d, GradientsMatchDifferences) {
  Rng rng{5};
  for (const std::size_t kernel : {3u, 4u, 5u})
    for (const std::size_t stride : {1u, 2u}) {
      const Case c{{2, 2, 6, 7}, 4, kernel, stride, kernel / 2};
      Conv2d conv = c.layer(rng);
      const GradientReport report = check_gradients(conv, c.shape, {.max_coordinates = 16});
      EXPECT_TRUE(report) << report.failure;
    }
}

// The bits of an image do not depend on its neighbours, and no bits depend on the number of threads.
TEST(DepthwiseConv2d, GivesTheSameBitsForAnyNumberOfThreadsAndImages) {
  Rng rng{6};
  for (const Case& c : {Case{{9, 12, 40, 44}, 12, 3, 1, 1}, Case{{9, 12, 40, 44}, 12, 3, 2, 1},
                        Case{{9, 120, 10, 10}, 120, 5, 1, 2}, Case{{5, 7, 33, 50}, 14, 3, 1, 1}}) {
    Conv2d conv = c.layer(rng);
    SCOPED_TRACE(conv.name());
    const Tensor x = normal(c.shape, rng.split()), dy = normal(conv.output_shape(c.shape), rng.split());
    const auto with = [&](int threads) {
      const ThreadsForTest scope(threads);
      return run(conv, x, dy);
    };
    const Results one = with(1);
    for (const int threads : {2, 3, 4, 7}) {
      const Results r = with(threads);
      EXPECT_TRUE(r.y == one.y && r.dx == one.dx && r.weight == one.weight && r.bias == one.bias) << threads;
    }
    const auto last = [](const Tensor& all) {
      Shape shape = all.shape();
      shape[0] = 1;
      Tensor image = zeros(shape);
      std::copy_n(all.data() + all.size() - image.size(), image.size(), image.data());
      return image;
    };
    const Results alone = run(conv, last(x), last(dy));
    EXPECT_EQ(alone.y, last(one.y));
    EXPECT_EQ(alone.dx, last(one.dx));
  }
}

// Infinity in the last column of x: it meets neither zeros of the gradient nor outputs that do not exist.
TEST(DepthwiseConv2d, InfinityReachesOnlyTheElementsThatReadIt) {
  Rng rng{7};
  for (const std::size_t kernel : {3u, 4u, 5u})
    for (const std::size_t stride : {1u, 2u})
      for (const std::size_t padding : {0u, 1u}) {
        const Case c{{2, 2, 9, 19}, 2, kernel, stride, padding};
        Conv2d conv = c.layer(rng);
        SCOPED_TRACE(conv.name());
        Tensor x = normal(c.shape, rng.split());
        const Tensor dy = normal(conv.output_shape(c.shape), rng.split());
        x(1, 0, 8, 18) = std::numeric_limits<Real>::infinity();
        const Results r = run(conv, x, dy);
        const auto state = conv.state();
        const Passes expected = by_definition(c, dy.shape(), x, *state[0].value, &state[1].value->tensor(), dy);
        for (std::size_t i = 0; i < r.y.size(); ++i)
          EXPECT_EQ(std::isfinite(r.y.data()[i]), std::isfinite(expected.y[i])) << i;
        for (std::size_t i = 0; i < r.weight.size(); ++i)
          EXPECT_EQ(std::isfinite(r.weight.data()[i]), std::isfinite(expected.weight[i])) << i;
        x(1, 0, 8, 18) = 0;
        const Results after = run(conv, x, dy);
        for (const Tensor* tensor : {&after.y, &after.dx, &after.weight})
          for (const Real v : *tensor) EXPECT_TRUE(std::isfinite(v));
      }
}

TEST(DepthwiseConv2d, AcceptsAnEmptyBatch) {
  Rng rng{8};
  Conv2d conv = Case{{0, 4, 6, 6}, 4, 3, 1, 1}.layer(rng);
  const Results r = run(conv, zeros({0, 4, 6, 6}), zeros({0, 4, 6, 6}));
  for (const Tensor* tensor : {&r.weight, &r.bias})
    for (const Real v : *tensor) EXPECT_EQ(v, 0);
}

// A fused step applies its epilogue in the kernels, and keeps NaN.
TEST(DepthwiseConv2d, AFusedStepMatchesTheSeparateLayers) {
  Rng rng{9};
  on_each_instruction_set([&](const std::string&) {
    for (const std::size_t stride : {1u, 2u}) {
      const Case c{{3, 3, 11, 13}, stride == 1 ? 3u : 6u, 3, stride, 1};
      Conv2d conv = c.layer(rng);
      Sequential fused{conv, ReLU()};
      Tensor x = normal(c.shape, rng.split());
      const Tensor dy = normal(conv.output_shape(c.shape), rng.split());
      Tensor y = run(conv, x, dy).y, masked = dy;
      for (std::size_t i = 0; i < y.size(); ++i) {
        masked.data()[i] = y.data()[i] > 0 ? dy.data()[i] : Real{0};
        y.data()[i] = std::max(y.data()[i], Real{0});
      }
      Tensor fused_y = zeros(y.shape()), dx = zeros(x.shape());
      Context context;
      fused.forward(x, fused_y, context);
      fused.backward(x, fused_y, dy, &dx, context);
      EXPECT_EQ(fused_y, y);
      EXPECT_EQ(dx, run(conv, x, masked).dx);
      x(0, 0, 0, 0) = std::numeric_limits<Real>::quiet_NaN();
      EXPECT_TRUE(std::isnan(fused.predict(x)(0, 0, 0, 0)));
    }
  });
}

}  // namespace
}  // namespace minnow
