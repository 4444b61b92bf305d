#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/threads.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/convolution/conv2d.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/pooling/max_pool2d.hpp>
#include <minnow/models/sequential.hpp>

#include <tests/support/compare.hpp>
#include <tests/support/message.hpp>

#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

Tensor normal(const Shape& shape, Rng rng) {
  Tensor tensor = zeros(shape);
  for (Real& value : tensor.storage()) value = static_cast<Real>(rng.normal());
  return tensor;
}

constexpr bool is_double = std::is_same_v<Real, double>;

/// max|a - ref| / max|ref|.
double relative_error(const Tensor& a, const Tensor& reference) {
  return error(a, reference.shape(), {reference.begin(), reference.end()});
}

/// Returns y by the definition, summed in double.
Tensor by_definition(const Tensor& x, const Tensor& weight, const Tensor* bias, Size2d stride, Size2d padding,
                     Size2d dilation, std::size_t groups, const Shape& shape) {
  Tensor y = zeros(shape);
  const Shape& in = x.shape();
  const Shape& w = weight.shape();
  const auto at = [](std::size_t out, std::size_t step, std::size_t tap, std::size_t reach, std::size_t zeros) {
    return static_cast<std::ptrdiff_t>(out * step + tap * reach) - static_cast<std::ptrdiff_t>(zeros);
  };
  Real* to = y.data();
  for (std::size_t n = 0; n < shape[0]; ++n)
    for (std::size_t o = 0; o < shape[1]; ++o)
      for (std::size_t h = 0; h < shape[2]; ++h)
        for (std::size_t v = 0; v < shape[3]; ++v, ++to) {
          double sum = bias != nullptr ? static_cast<double>((*bias)(o)) : 0;
          for (std::size_t c = 0; c < w[1]; ++c)
            for (std::size_t i = 0; i < w[2]; ++i)
              for (std::size_t j = 0; j < w[3]; ++j) {
                const auto row = at(h, stride.height, i, dilation.height, padding.height);
                const auto column = at(v, stride.width, j, dilation.width, padding.width);
                if (row < 0 || column < 0 || row >= static_cast<std::ptrdiff_t>(in[2]) ||
                    column >= static_cast<std::ptrdiff_t>(in[3]))
                  continue;
                const std::size_t channel = o / (shape[1] / groups) * w[1] + c;
                sum +=
                    static_cast<double>(weight(o, c, i, j)) *
                    static_cast<double>(x(n, channel, static_cast<std::size_t>(row), static_cast<std::size_t>(column)));
              }
          *to = static_cast<Real>(sum);
        }
  return y;
}

// Random options and shapes, beyond the PyTorch fixtures: y by the definition, gradients by finite differences.
TEST(Conv2d, MatchesItsDefinition) {
  Rng rng{7};
  const auto between = [&](std::size_t low, std::size_t high) { return low + rng.below(high - low + 1); };
  for (int i = 0; i < 60; ++i) {
    const std::size_t groups = between(1, 3), in = groups * between(1, 4), out = groups * between(1, 12);
    const Size2d kernel{between(1, 4), between(1, 4)}, stride{between(1, 3), between(1, 3)};
    const Size2d dilation{between(1, 2), between(1, 2)}, padding{between(0, 3), between(0, 3)};
    const Shape shape{between(1, 5), in, between(7, 14), between(7, 40)};
    Conv2d conv(in, out, kernel, rng,
                {.stride = stride,
                 .padding = {padding.height, padding.width},
                 .dilation = dilation,
                 .groups = groups,
                 .bias = rng.chance(0.5),
                 .init = Init::pytorch});
    const Tensor x = normal(shape, rng.split());
    Tensor y = zeros(conv.output_shape(shape));
    Context context;
    conv.forward(x, y, context);
    const auto state = conv.state();
    const Tensor expected = by_definition(x, *state[0].value, state.size() > 1 ? &state[1].value->tensor() : nullptr,
                                          stride, padding, dilation, groups, y.shape());
    const std::string what = conv.name() + ", case " + std::to_string(i) + ", " + to_string(shape);
    EXPECT_LE(relative_error(y, expected), is_double ? 1e-13 : 1e-6) << what;
    const GradientReport report = check_gradients(conv, shape, {.max_coordinates = 8});
    EXPECT_TRUE(report) << what << ": " << report.failure;
  }
}

/// The same layer as a class of its own, which a plan does not fuse.
template <class L>
struct Alone : L {
  explicit Alone(const L& layer) : L(layer) {}
};

// A fused step gives the results of the separate layers.
TEST(Conv2d, AFusedStepMatchesTheSeparateLayers) {
  Rng rng{3};
  for (int i = 0; i < 32; ++i) {
    const bool norm = i & 1, relu = i & 2, pool = i & 4, tracks = i & 8, bias = i & 16;
    Sequential fused, alone;
    const auto add = [&](auto layer) {
      alone.add(Alone<decltype(layer)>(layer));
      fused.add(std::move(layer));
    };
    add(Conv2d(3, 10, 3, rng, {.padding = 1, .bias = bias}));
    if (norm) add(BatchNorm2d(10, {.track_running_stats = tracks}));
    if (relu) add(ReLU());
    if (pool) add(MaxPool2d(2));
    add(Conv2d(10, 4, 3, rng, {.padding = 1}));
    const std::string what = "case " + std::to_string(i);
    for (const std::size_t batch : {5u, 2u, 5u}) {
      const Tensor x = normal({batch, 3, 7, 35}, rng.split());
      const Shape out = fused.output_shape(x.shape());
      ASSERT_EQ(out, alone.output_shape(x.shape()));
      const Tensor dy = normal(out, rng.split());
      for (const Mode mode : {Mode::train, Mode::eval}) {
        const auto pass = [&](Sequential& model) {
          Context context(mode);
          Tensor y = zeros(out), dx = zeros(x.shape());
          model.forward(x, y, context);
          model.backward(x, y, dy, &dx, context);
          std::vector<Tensor> all{y, dx};
          for (const NamedTensor& entry : model.state()) {
            if (entry.parameter == nullptr) all.push_back(*entry.value);
            // A norm subtracts this bias again: its gradient is rounding error only.
            if (entry.parameter != nullptr && !(norm && entry.name == "0.bias")) all.push_back(entry.parameter->grad);
            if (entry.parameter != nullptr) entry.parameter->clear_gradient();
          }
          return all;
        };
        const std::vector<Tensor> got = pass(fused), expected = pass(alone);
        for (std::size_t t = 0; t < got.size(); ++t)
          EXPECT_LE(relative_error(got[t], expected[t]), is_double ? 1e-12 : 1e-5) << what << ", tensor " << t;
      }
      EXPECT_LE(relative_error(fused.predict(x), alone.predict(x)), is_double ? 1e-13 : 2e-6) << what;
      EXPECT_LE(relative_error(fused.forward(x), alone.forward(x)), is_double ? 1e-12 : 1e-5) << what;
      fused.backward(dy);
      alone.backward(dy);
      EXPECT_LE(relative_error(fused.parameters()[0].parameter->grad, alone.parameters()[0].parameter->grad),
                is_double ? 1e-12 : 1e-5)
          << what;
      for (Sequential* model : {&fused, &alone})
        for (const NamedTensor& entry : model->parameters()) entry.parameter->clear_gradient();
    }
  }
}

TEST(Conv2d, GivesTheSameBitsForAnyNumberOfThreadsAndImages) {
  Rng rng{5};
  Conv2d conv(6, 11, 3, rng, {.padding = 1});
  const Tensor x = normal({33, 6, 20, 21}, rng.split());
  const int threads = num_threads();
  const auto result = [&](int count) {
    set_threads(count);
    Tensor y = zeros(conv.output_shape(x.shape()));
    Context context(Mode::eval);
    conv.forward(x, y, context);
    return y;
  };
  const Tensor one = result(1);
  EXPECT_EQ(result(2), one);
  EXPECT_EQ(result(3), one);
  set_threads(threads);
  Tensor first = zeros({1, 6, 20, 21}), y = zeros({1, 11, 20, 21});
  std::copy_n(x.data() + 32 * first.size(), first.size(), first.data());
  Context context(Mode::eval);
  conv.forward(first, y, context);
  EXPECT_TRUE(std::equal(y.begin(), y.end(), one.data() + 32 * y.size())) << "alone, and as the last of 33";
}

TEST(Conv2d, ConfinesNaNToItsImageAndReach) {
  Rng rng{5};
  Conv2d conv(2, 9, 3, rng, {.padding = 1});
  Tensor x = normal({3, 2, 6, 9}, rng.split());
  x(1, 0, 2, 4) = std::numeric_limits<Real>::quiet_NaN();
  Tensor y = zeros(conv.output_shape(x.shape()));
  Context context;
  conv.forward(x, y, context);
  for (std::size_t n = 0; n < 3; ++n)
    for (std::size_t h = 0; h < 6; ++h)
      for (std::size_t w = 0; w < 9; ++w)
        EXPECT_EQ(std::isnan(y(n, 8, h, w)), n == 1 && h >= 1 && h <= 3 && w >= 3 && w <= 5) << n << h << w;
  x(1, 0, 2, 4) = 0;  // the NaN must not stay in a buffer
  conv.forward(x, y, context);
  Tensor dx = zeros(x.shape());
  const Tensor dy = normal(y.shape(), rng.split());
  conv.backward(x, y, dy, &dx, context);
  for (const Real v : dx) EXPECT_TRUE(std::isfinite(v));
  for (const NamedTensor& entry : conv.parameters())
    for (const Real v : entry.parameter->grad.values()) EXPECT_TRUE(std::isfinite(v));
}

TEST(Conv2d, AcceptsAnEmptyBatch) {
  Rng rng{5};
  Sequential model{Conv2d(2, 3, 3, rng), ReLU(), MaxPool2d(2)};
  const Tensor x = zeros({0, 2, 6, 6});
  EXPECT_EQ(model.forward(x).shape(), (Shape{0, 3, 2, 2}));
  model.backward(zeros({0, 3, 2, 2}));
  for (const Real v : model.parameters()[0].parameter->grad.values()) EXPECT_EQ(v, 0);
  EXPECT_EQ(model.predict(x).shape(), (Shape{0, 3, 2, 2}));
}

TEST(Conv2d, ComputesNoGradientOfAFrozenParameter) {
  Rng rng{5};
  Conv2d conv(2, 3, 3, rng);
  const Tensor x = normal({2, 2, 6, 6}, rng.split());
  Tensor y = zeros(conv.output_shape(x.shape())), dx = zeros(x.shape());
  Context context;
  conv.parameters()[0].parameter->trainable = false;
  conv.forward(x, y, context);
  conv.backward(x, y, y, &dx, context);
  EXPECT_FALSE(conv.state()[0].parameter->has_gradient());
  EXPECT_TRUE(conv.state()[1].parameter->has_gradient());
}

// A stride beyond the image changes neither the results nor the memory use.
TEST(Conv2d, AStrideBeyondTheImageGivesOneOutput) {
  Rng rng{1};
  Conv2d far(2, 3, 2, rng, {.stride = {65536, 40}, .padding = 1});
  const Tensor x = normal({2, 2, 5, 7}, rng.split());
  ASSERT_EQ(far.output_shape(x.shape()), (Shape{2, 3, 1, 1}));
  Tensor y = zeros({2, 3, 1, 1});
  Context context;
  far.forward(x, y, context);
  const auto state = far.state();
  const Tensor expected =
      by_definition(x, *state[0].value, &state[1].value->tensor(), {65536, 40}, Size2d(1), Size2d(1), 1, y.shape());
  EXPECT_LE(relative_error(y, expected), is_double ? 1e-13 : 1e-6);
  const GradientReport report = check_gradients(far, x.shape());
  EXPECT_TRUE(report) << report.failure;
}

TEST(Conv2d, AnEmptyBatchHasZeroGradientsAfterANaN) {
  Rng rng{1};
  Sequential model{Conv2d(1, 2, 3, rng), BatchNorm2d(2), ReLU()};
  const Tensor nothing = zeros({0, 1, 5, 5});
  Tensor bad = zeros({2, 1, 5, 5});
  bad.fill(std::numeric_limits<Real>::quiet_NaN());
  for (const Tensor* x : {static_cast<const Tensor*>(&bad), &nothing}) {
    for (const NamedTensor& entry : model.parameters()) entry.parameter->clear_gradient();
    const Tensor dy = zeros(model.forward(*x).shape());
    model.backward(dy);
  }
  for (const NamedTensor& entry : model.parameters())
    for (const Real g : entry.parameter->grad.values()) EXPECT_EQ(g, 0) << entry.name;
}

TEST(Conv2d, RejectsInvalidOptionsAndShapes) {
  Rng rng{1};
  const auto made = [&](std::size_t in, std::size_t out, Size2d kernel, const Conv2dOptions& options) {
    return message<ValueError>([&] { Conv2d(in, out, kernel, rng, options); });
  };
  EXPECT_EQ(made(4, 6, 3, {.groups = 4}),
            "Conv2d(4 -> 6, 3, groups 4): expected groups to divide the channels in and out, got 4.");
  EXPECT_EQ(made(4, 6, 3, {.groups = 0}),
            "Conv2d(4 -> 6, 3, groups 0): expected groups to divide the channels in and out, got 0.");
  EXPECT_EQ(made(0, 6, 3, {}), "Conv2d(0 -> 6, 3): expected at least 1 channel in and out.");
  EXPECT_EQ(made(4, 6, 0, {}), "Conv2d(4 -> 6, 0): expected a kernel of 1 to 65536.");
  EXPECT_EQ(made(1, 1, 65536, {}), "Conv2d(1 -> 1, 65536): expected a kernel of at most 2^24 elements.");
  EXPECT_EQ(made(4, 6, 3, {.stride = 0}), "Conv2d(4 -> 6, 3, stride 0): expected a stride of 1 to 65536.");
  EXPECT_EQ(made(4, 6, 3, {.stride = -1}),
            "Conv2d(4 -> 6, 3, stride 18446744073709551615): expected a stride of 1 to 65536.");
  EXPECT_EQ(made(4, 6, 3, {.padding = -1}),
            "Conv2d(4 -> 6, 3, padding 18446744073709551615): expected a padding of 0 to 65535.");
  EXPECT_EQ(made(4, 6, {3, 5}, {.dilation = 0}), "Conv2d(4 -> 6, 3x5, dilation 0): expected a dilation of 1 to 65536.");

  const Conv2d conv(4, 6, {5, 3}, rng, {.padding = {1, 0}});
  const auto shaped = [&](const Shape& input) { return message<ShapeError>([&] { conv.output_shape(input); }); };
  EXPECT_EQ(shaped({2, 3, 8, 8}), "Conv2d(4 -> 6, 5x3, padding 1x0): expected input (N, 4, H, W), got (2, 3, 8, 8).");
  EXPECT_EQ(shaped({2, 4, 64}), "Conv2d(4 -> 6, 5x3, padding 1x0): expected input (N, 4, H, W), got (2, 4, 64).");
  EXPECT_EQ(shaped({2, 4, 2, 8}),
            "Conv2d(4 -> 6, 5x3, padding 1x0): expected padded images of at least 5 by 3, got 4 by 8 from input "
            "(2, 4, 2, 8).");

  const Conv2d far(4, 6, 1, rng, {.stride = 65536, .padding = 65535});
  EXPECT_EQ(message<ShapeError>([&] {
              far.output_shape({1, 4, 1, 1});
            }),
            "Conv2d(4 -> 6, 1, stride 65536, padding 65535): expected padded images of at most 2^32 elements, got "
            "131071 by 131071 from input (1, 4, 1, 1).");
}

}  // namespace
}  // namespace minnow
