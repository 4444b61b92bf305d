// Every way in which a convolution is computed: with Winograd's algorithm, products of pixels, planes in place, padded
// tiles and depthwise kernels. The sizes decide.

#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/convolution/conv2d.hpp>
#include <minnow/layers/pooling/max_pool2d.hpp>
#include <minnow/models/sequential.hpp>

#include <tests/layers/convolution/convolution_cases.hpp>
#include <tests/support/compare.hpp>
#include <tests/support/instruction_sets.hpp>
#include <tests/support/threads_for_test.hpp>

#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

using Case = ConvolutionCase;

/// The outputs and gradients of one pass.
struct Passes {
  Tensor y, dx;
  FixedTensor weight, bias;
};

Passes run_layer(const Case& c, const Tensor& x, const Tensor& dy) {
  Conv2d conv = make_layer(c);
  Context context;
  Passes p{zeros(conv.output_shape(x.shape())), zeros(x.shape()), {}, {}};
  conv.forward(x, p.y, context);
  conv.backward(x, p.y, dy, &p.dx, context);
  p.weight = conv.state()[0].parameter->grad;
  p.bias = conv.state()[1].parameter->grad;
  return p;
}

struct References {
  std::vector<double> y, dx, weight, bias;
};

/// Returns the outputs and gradients by the definition, summed in double.
References by_definition(const Case& c, const Tensor& x, const Tensor& dy) {
  Conv2d conv = make_layer(c);
  const FixedTensor &weight = *conv.state()[0].value, &bias = *conv.state()[1].value;
  const Shape &in = x.shape(), &out = dy.shape(), &w = weight.shape();
  References r{std::vector<double>(dy.size()), std::vector<double>(x.size()), std::vector<double>(weight.size()),
               std::vector<double>(c.out)};
  std::size_t at = 0;
  for (std::size_t n = 0; n < out[0]; ++n)
    for (std::size_t o = 0; o < out[1]; ++o)
      for (std::size_t h = 0; h < out[2]; ++h)
        for (std::size_t v = 0; v < out[3]; ++v, ++at) {
          const auto gradient = static_cast<double>(dy.data()[at]);
          double sum = static_cast<double>(bias.data()[o]);
          r.bias[o] += gradient;
          for (std::size_t i = 0; i < w[2]; ++i)
            for (std::size_t j = 0; j < w[3]; ++j) {
              const std::size_t row = h * c.stride.height + i * c.dilation.height - c.padding.height;
              const std::size_t column = v * c.stride.width + j * c.dilation.width - c.padding.width;
              if (row >= in[2] || column >= in[3]) continue;  // wraps around before the image
              for (std::size_t q = 0; q < w[1]; ++q) {
                const std::size_t channel = o / (c.out / c.groups) * w[1] + q;
                const std::size_t from = ((n * in[1] + channel) * in[2] + row) * in[3] + column;
                const std::size_t tap = ((o * w[1] + q) * w[2] + i) * w[3] + j;
                sum += static_cast<double>(weight.data()[tap]) * static_cast<double>(x.data()[from]);
                r.dx[from] += gradient * static_cast<double>(weight.data()[tap]);
                r.weight[tap] += gradient * static_cast<double>(x.data()[from]);
              }
            }
          r.y[at] = sum;
        }
  return r;
}

void check_definition(const Case& c) {
  SCOPED_TRACE(text(c));
  const Tensor x = normal_tensor(c.x, Rng{2}), dy = normal_tensor(make_layer(c).output_shape(c.x), Rng{3});
  const Passes p = run_layer(c, x, dy);
  const References r = by_definition(c, x, dy);
  EXPECT_LT(error(p.y, dy.shape(), r.y), tolerance);
  EXPECT_LT(error(p.dx, x.shape(), r.dx), tolerance);
  EXPECT_LT(error(p.weight, p.weight.shape(), r.weight), 2 * tolerance);  // the longest sums
  EXPECT_LT(error(p.bias, p.bias.shape(), r.bias), tolerance);
}

TEST(ConvolutionEngines, MatchTheDefinition) {
  on_each_instruction_set([](const std::string&) {
    for (const Case& c : cases()) check_definition(c);
  });
}

TEST(ConvolutionEngines, MatchTheDefinitionAtExtremeSizes) {
  for (const Case& c : std::vector<Case>{
           {{2, 16, 1, 1}, 16, 3, 1, 1},            // one pixel
           {{1, 33, 1, 1}, 65, 1},                  //
           {{2, 16, 2, 3}, 16, {7, 5}, 1, {3, 3}},  // a filter larger than the image
           {{2, 16, 3, 3}, 18, 3, 1, 5, 4},         // a dilation beyond the image
           {{2, 16, 5, 5}, 16, 3, 1, 2},            // padding of a filter less 1
           {{1, 1, 9, 9}, 1, 3, 1, 1},              // one channel
           {{1, 1000, 2, 2}, 17, 3, 1, 1},          // a thousand channels
           {{1, 17, 3, 2}, 1000, 1},                //
           {{2, 29, 13, 11}, 31, 3, 1, 1},          // primes
           {{2, 29, 13, 11}, 31, {3, 5}, {7, 4}},   // strides beyond the filter
           {{1, 2048, 1, 1}, 1000, 1},              // a head
           {{1, 16, 1, 1030}, 16, {1, 3}, 1, 0},    // a row
       })
    check_definition(c);
}

TEST(ConvolutionEngines, AnEmptyBatchHasZeroGradients) {
  for (Case c : cases()) {
    SCOPED_TRACE(text(c));
    c.x[0] = 0;
    const Tensor x = zeros(c.x), dy = zeros(make_layer(c).output_shape(c.x));
    const Passes p = run_layer(c, x, dy);
    for (const Real value : p.weight) ASSERT_EQ(value, 0);
    for (const Real value : p.bias) ASSERT_EQ(value, 0);
  }
}

TEST(ConvolutionEngines, GiveTheSameBitsForAnyNumberOfThreads) {
  for (Case c : cases()) {
    SCOPED_TRACE(text(c));
    c.x[0] = 16;  // enough work for several threads
    const Tensor x = normal_tensor(c.x, Rng{2}), dy = normal_tensor(make_layer(c).output_shape(c.x), Rng{3});
    const Passes expected = [&] {
      const ThreadsForTest one(1);
      return run_layer(c, x, dy);
    }();
    for (const int threads : {2, 3, 4, 7}) {
      const ThreadsForTest scope(threads);
      const Passes p = run_layer(c, x, dy);
      EXPECT_TRUE(p.y == expected.y && p.dx == expected.dx && p.weight == expected.weight && p.bias == expected.bias)
          << threads << " threads";
    }
  }
}

TEST(ConvolutionEngines, AnImageDoesNotDependOnItsNeighbours) {
  for (Case c : cases()) {
    SCOPED_TRACE(text(c));
    c.x[0] = 7;
    const Tensor x = normal_tensor(c.x, Rng{2}), dy = normal_tensor(make_layer(c).output_shape(c.x), Rng{3});
    const Passes all = run_layer(c, x, dy);
    for (const std::size_t image : {0, 3, 6}) {
      Case alone = c;
      alone.x[0] = 1;
      const std::size_t in = x.size() / 7, out = dy.size() / 7;
      Tensor x1 = zeros(alone.x), dy1 = zeros(make_layer(alone).output_shape(alone.x));
      std::copy_n(x.data() + image * in, in, x1.data());
      std::copy_n(dy.data() + image * out, out, dy1.data());
      const Passes p = run_layer(alone, x1, dy1);
      EXPECT_TRUE(std::equal(p.y.begin(), p.y.end(), all.y.data() + image * out)) << "image " << image;
      EXPECT_TRUE(std::equal(p.dx.begin(), p.dx.end(), all.dx.data() + image * in)) << "image " << image;
    }
  }
}

TEST(ConvolutionEngines, AddToAGradient) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(text(c));
    const Tensor x = normal_tensor(c.x, Rng{2}), dy = normal_tensor(make_layer(c).output_shape(c.x), Rng{3});
    const Passes once = run_layer(c, x, dy);
    Conv2d conv = make_layer(c);
    Context context;
    Tensor y = zeros(dy.shape());
    conv.forward(x, y, context);
    conv.backward(x, y, dy, nullptr, context);
    conv.backward(x, y, dy, nullptr, context);
    for (const std::size_t i : {0, 1}) {
      const FixedTensor& twice = conv.state()[i].parameter->grad;
      const FixedTensor& expected = i == 0 ? once.weight : once.bias;
      std::vector<double> reference(expected.begin(), expected.end());
      for (double& value : reference) value *= 2;
      EXPECT_LT(error(twice, expected.shape(), reference), tolerance);
    }
  }
}

// A fused step stores results directly, or rectifies and pools them.
TEST(ConvolutionEngines, AFusedStepMatchesItsLayers) {
  for (const Case& c : cases())
    for (const bool pool : {false, true}) {
      SCOPED_TRACE(text(c));
      const Shape out = make_layer(c).output_shape(c.x);
      if (pool && (out[2] < 2 || out[3] < 2)) continue;
      Sequential model{make_layer(c), ReLU()};
      if (pool) model.add(MaxPool2d(2));
      const Tensor x = normal_tensor(c.x, Rng{2});
      const Tensor& y = model.predict(x);
      Conv2d conv = make_layer(c);
      Tensor z = zeros(out);
      Context context{Mode::eval};
      conv.forward(x, z, context);
      for (Real& value : z.storage()) value = std::max(value, Real{0});
      Tensor expected = z;
      if (pool) {
        MaxPool2d layer(2);
        expected = zeros(layer.output_shape(out));
        Context pool_context{Mode::eval};
        layer.forward(z, expected, pool_context);
      }
      EXPECT_TRUE(y == expected);
    }
}

// The gradient of a fused step's results is computed for a part of the images at a time; the last part is smaller.
TEST(ConvolutionEngines, AFusedBackwardMatchesItsLayersForSeveralParts) {
  const Case c{{1300, 32, 5, 5}, 48, 3, 1, 1};
  Sequential fused{make_layer(c), ReLU()};
  const Tensor x = normal_tensor(c.x, Rng{2}), dy = normal_tensor(make_layer(c).output_shape(c.x), Rng{3});
  fused.forward(x);
  fused.backward(dy);
  Conv2d conv = make_layer(c);
  Context context;
  Tensor y = zeros(dy.shape()), masked = dy;
  conv.forward(x, y, context);
  for (std::size_t i = 0; i < y.size(); ++i)
    if (y.data()[i] <= 0) masked.data()[i] = 0;
  conv.backward(x, y, masked, nullptr, context);
  for (const std::size_t i : {0, 1}) {
    const FixedTensor& expected = conv.state()[i].parameter->grad;
    EXPECT_LT(error(fused.state()[i].parameter->grad, expected.shape(), {expected.begin(), expected.end()}), tolerance);
  }
}

// Predictions keep packed filters, whose order depends on the instruction set.
TEST(ConvolutionEngines, PredictionsFollowTheInstructionSet) {
  const Case c{{2, 16, 6, 6}, 24, 3, 1, 1};
  Sequential model{make_layer(c)};
  const Tensor x = normal_tensor(c.x, Rng{2});
  const References r = by_definition(c, x, zeros(make_layer(c).output_shape(c.x)));
  on_each_instruction_set([&](const std::string&) {
    const Tensor& y = model.predict(x);
    EXPECT_LT(error(y, y.shape(), r.y), tolerance);
  });
}

}  // namespace
}  // namespace minnow
