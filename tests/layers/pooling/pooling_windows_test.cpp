// Pooling layers with any window against a loop over the elements of each window.

#include <minnow/core/error.hpp>
#include <minnow/layers/pooling/avg_pool2d.hpp>
#include <minnow/layers/pooling/max_pool2d.hpp>

#include <tests/support/compare.hpp>
#include <tests/support/instruction_sets.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/threads_for_test.hpp>

#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN(), inf = std::numeric_limits<Real>::infinity();

struct Window {
  Size2d kernel, stride, padding, dilation = 1;
  bool ceil_mode = false, count_include_pad = true;

  MaxPool2d maximum() const {
    return MaxPool2d(kernel, {.stride = stride, .padding = padding, .dilation = dilation, .ceil_mode = ceil_mode});
  }
  AvgPool2d average() const {
    return AvgPool2d(
        kernel, {.stride = stride, .padding = padding, .ceil_mode = ceil_mode, .count_include_pad = count_include_pad});
  }

  /// Calls body(index in the plane) for each element of window (h, w) in an image, in row-major order.
  template <class Body>
  void for_each_element(std::size_t h, std::size_t w, const Shape& x, const Body& body) const {
    for (std::size_t i = 0; i < kernel.height; ++i)
      for (std::size_t j = 0; j < kernel.width; ++j) {
        const std::size_t row = h * stride.height + i * dilation.height, column = w * stride.width + j * dilation.width;
        if (row < padding.height || row >= padding.height + x[2]) continue;
        if (column < padding.width || column >= padding.width + x[3]) continue;
        body((row - padding.height) * x[3] + column - padding.width);
      }
  }
};

struct Passes {
  Tensor y, dx;
};

/// dy = 1, 2, ..., 7, 1, ...: sums of dy are exact.
Tensor gradient_for(const Tensor& y) {
  Tensor dy = zeros(y.shape());
  for (std::size_t i = 0; i < dy.size(); ++i) dy.data()[i] = static_cast<Real>(i % 7 + 1);
  return dy;
}

Passes run(Layer& layer, const Tensor& x) {
  Passes passes{zeros(layer.output_shape(x.shape())), zeros(x.shape())};
  Context context;
  layer.forward(x, passes.y, context);
  layer.backward(x, passes.y, gradient_for(passes.y), &passes.dx, context);
  return passes;
}

/// Calls body(offset of the plane of x, h, w, index in y) for each window.
template <class Body>
void for_each_window(const Shape& x, const Shape& y, const Body& body) {
  std::size_t index = 0;
  for (std::size_t plane = 0; plane < x[0] * x[1]; ++plane)
    for (std::size_t h = 0; h < y[2]; ++h)
      for (std::size_t w = 0; w < y[3]; ++w) body(plane * x[2] * x[3], h, w, index++);
}

Passes expected_maximum(const Window& window, const Tensor& x, const Shape& y_shape) {
  Passes passes{zeros(y_shape), zeros(x.shape())};
  const Tensor dy = gradient_for(passes.y);
  for_each_window(x.shape(), y_shape, [&](std::size_t plane, std::size_t h, std::size_t w, std::size_t index) {
    Real best = -inf;
    std::size_t largest = 0;
    bool found = false;
    window.for_each_element(h, w, x.shape(), [&](std::size_t at) {
      const Real v = x.data()[plane + at];
      if (found && !(v > best) && !std::isnan(v)) return;
      best = v;
      largest = at;
      found = true;
    });
    passes.y.data()[index] = best;
    if (found) passes.dx.data()[plane + largest] += dy.data()[index];
  });
  return passes;
}

struct ExactPasses {
  std::vector<double> y, dx;
};

ExactPasses expected_average(const Window& window, const Tensor& x, const Shape& y_shape) {
  ExactPasses passes{std::vector<double>(num_elements(y_shape)), std::vector<double>(x.size())};
  const Tensor dy = gradient_for(zeros(y_shape));
  const auto extent = [](std::size_t at, std::size_t kernel, std::size_t stride, std::size_t padding,
                         std::size_t size) { return std::min(kernel, size + 2 * padding - at * stride); };
  for_each_window(x.shape(), y_shape, [&](std::size_t plane, std::size_t h, std::size_t w, std::size_t index) {
    std::size_t count = 0;
    window.for_each_element(h, w, x.shape(), [&](std::size_t) { ++count; });
    if (window.count_include_pad)
      count = extent(h, window.kernel.height, window.stride.height, window.padding.height, x.shape()[2]) *
              extent(w, window.kernel.width, window.stride.width, window.padding.width, x.shape()[3]);
    const auto n = static_cast<double>(count);
    window.for_each_element(h, w, x.shape(), [&](std::size_t at) {
      passes.y[index] += static_cast<double>(x.data()[plane + at]) / n;
      passes.dx[plane + at] += static_cast<double>(dy.data()[index]) / n;
    });
  });
  return passes;
}

bool same_values(const Tensor& a, const Tensor& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!(a.data()[i] == b.data()[i] || (std::isnan(a.data()[i]) && std::isnan(b.data()[i])))) return false;
  return a.shape() == b.shape();
}
bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Real)) == 0;
}

/// Integers from -2 to 2, which often tie, and some of `others`.
Tensor tied_values(const Shape& shape, std::uint64_t seed, const std::vector<Real>& others) {
  Rng rng{seed};
  Tensor x = zeros(shape);
  for (Real& v : x.storage()) {
    v = static_cast<Real>(rng.below(5)) - 2;
    if (!others.empty() && rng.below(6) == 0) v = others[rng.below(others.size())];
  }
  return x;
}

/// Returns false if the image is smaller than a window.
bool accepts(const Layer& layer, const Shape& shape) try {
  layer.output_shape(shape);
  return true;
} catch (const ShapeError&) {
  return false;
}

void expect_maximum(const Window& window, const Tensor& x) {
  MaxPool2d layer = window.maximum();
  const Passes got = run(layer, x), expected = expected_maximum(window, x, got.y.shape());
  EXPECT_TRUE(same_values(got.y, expected.y)) << layer.name() << " " << to_string(x.shape());
  EXPECT_TRUE(same_values(got.dx, expected.dx)) << layer.name() << " " << to_string(x.shape());
  Tensor predicted = zeros(got.y.shape());
  Context context(PassSettings{.backward_follows = false});
  layer.forward(x, predicted, context);
  EXPECT_TRUE(same_values(predicted, expected.y)) << layer.name() << " " << to_string(x.shape());
}

void expect_average(const Window& window, const Tensor& x) {
  AvgPool2d layer = window.average();
  const Passes got = run(layer, x);
  const ExactPasses expected = expected_average(window, x, got.y.shape());
  EXPECT_LE(error(got.y, got.y.shape(), expected.y), tolerance) << layer.name() << " " << to_string(x.shape());
  EXPECT_LE(error(got.dx, x.shape(), expected.dx), tolerance) << layer.name() << " " << to_string(x.shape());
}

/// Checks both layers over images of the given widths.
void expect_window(const Window& window, const std::vector<std::size_t>& widths) {
  for (const std::size_t width : widths) {
    const Shape shape{1, 2, 1 + width % 9, width};
    if (!accepts(window.maximum(), shape)) continue;
    expect_maximum(window, tied_values(shape, width, {}));
    expect_maximum(window, tied_values(shape, width, {nan, inf, -inf, -inf}));
    if (window.dilation == Size2d(1)) expect_average(window, random(shape, width));
  }
}

TEST(PoolingWindows, EqualALoopOverTheirElements) {
  std::vector<std::size_t> widths;
  for (std::size_t width = 1; width <= 40; ++width) widths.push_back(width);
  for (std::size_t kernel = 1; kernel <= 5; ++kernel)
    for (std::size_t stride = 1; stride <= 3; ++stride)
      for (std::size_t padding = 0; padding <= kernel / 2; ++padding) expect_window({kernel, stride, padding}, widths);
}

const std::vector<Window> unusual_windows{
    {{3, 2}, {1, 2}, {1, 0}, {2, 3}},
    {{2, 4}, {3, 1}, {1, 2}, {1, 3}},
    {2, 1, 1, 2},
    {{1, 7}, {1, 7}, 0},
    {{9, 6}, {4, 5}, {4, 3}},
    {3, 2, 1, 1, true, false},
    {{4, 3}, {3, 2}, {2, 1}, 1, true, true},
    {{5, 2}, {2, 5}, {2, 0}, 1, false, false},
    {{30, 33}, {30, 20}, {15, 16}, 1, true, false},
};

TEST(PoolingWindows, MayBeDilatedAndExceedTheImage) {
  for (const Window& window : unusual_windows) expect_window(window, {1, 2, 3, 5, 8, 13, 17, 24, 35, 40, 70});
  // A window of more taps than a byte can number, and rows of more than one group.
  expect_maximum({20, 3, 10}, tied_values({2, 1, 150, 45}, 1, {nan}));
  expect_average({20, 3, 10}, random({2, 1, 150, 45}, 1));
  expect_maximum({3, 2, 1}, tied_values({1, 2, 90, 500}, 1, {-inf}));
}

TEST(PoolingWindows, AreTheSameOnEachInstructionSet) {
  on_each_instruction_set([](const std::string&) {
    for (const Window& window : {Window{3, 2, 1}, Window{2, 1, 1}, Window{{4, 5}, 3, {2, 1}}, unusual_windows[0]})
      expect_window(window, {1, 3, 4, 7, 9, 16, 21, 34, 40});
  });
}

/// Checks that y and dx have the same bits at any number of threads and for an image alone, and accepts no images.
void expect_independence(Layer& layer, const Tensor& x) {
  const Passes all = run(layer, x);
  for (const int threads : {1, 2, 3, 4, 7}) {
    const ThreadsForTest scope(threads);
    const Passes again = run(layer, x);
    EXPECT_TRUE(same_bits(again.y, all.y) && same_bits(again.dx, all.dx)) << layer.name() << ", " << threads;
  }
  Tensor image = zeros({1, x.shape()[1], x.shape()[2], x.shape()[3]});
  std::copy_n(x.data(), image.size(), image.data());
  const Passes first = run(layer, image);
  EXPECT_EQ(std::memcmp(first.y.data(), all.y.data(), first.y.size() * sizeof(Real)), 0) << layer.name();
  EXPECT_EQ(std::memcmp(first.dx.data(), all.dx.data(), first.dx.size() * sizeof(Real)), 0) << layer.name();
  EXPECT_EQ(run(layer, zeros({0, 3, 60, 70})).y.size(), 0U);
}

TEST(PoolingWindows, DependNeitherOnThreadsNorOnTheBatch) {
  const Tensor x = random({6, 5, 61, 70}, 1);
  for (const Window& window : {Window{3, 2, 1}, Window{5, 1, 2}, Window{{3, 4}, {2, 4}, 0}}) {
    MaxPool2d maximum = window.maximum();
    AvgPool2d average = window.average();
    expect_independence(maximum, x);
    expect_independence(average, x);
  }
}

}  // namespace
}  // namespace minnow
