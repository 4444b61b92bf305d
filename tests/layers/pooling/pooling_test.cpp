#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/pooling/avg_pool2d.hpp>
#include <minnow/layers/pooling/global_avg_pool2d.hpp>
#include <minnow/layers/pooling/max_pool2d.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN(), inf = std::numeric_limits<Real>::infinity();

struct Pooled {
  Tensor y, dx;
};

/// One pass with dy = 1, 2, 3, ...
Pooled pool(Layer& layer, const Tensor& x) {
  Pooled result{zeros(layer.output_shape(x.shape())), zeros(x.shape())};
  Context context;
  layer.forward(x, result.y, context);
  Tensor dy = zeros(result.y.shape());
  for (std::size_t i = 0; i < dy.size(); ++i) dy.data()[i] = static_cast<Real>(i + 1);
  layer.backward(x, result.y, dy, &result.dx, context);
  return result;
}

std::vector<Real> values(const Tensor& tensor) { return {tensor.begin(), tensor.end()}; }

TEST(MaxPool2d, TheFirstOfEqualElementsGetsTheGradient) {
  const std::vector<Real> same(16, 2);
  for (const bool tiles : {true, false}) {
    MaxPool2d layer(2, {.ceil_mode = !tiles});  // 2 x 2 tiles, and general windows
    const Pooled result = pool(layer, from(same, {1, 1, 4, 4}));
    EXPECT_EQ(values(result.y), (std::vector<Real>{2, 2, 2, 2}));
    EXPECT_EQ(values(result.dx), (std::vector<Real>{1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0}));
  }
}

TEST(MaxPool2d, NaNExceedsEveryNumber) {
  for (const bool tiles : {true, false}) {
    MaxPool2d layer(2, {.ceil_mode = !tiles});
    const std::vector<Real> x{1, nan, -inf, -inf, inf, 0, -inf, -inf};
    const Pooled result = pool(layer, from(x, {1, 1, 2, 4}));
    EXPECT_TRUE(std::isnan(result.y.data()[0]));
    EXPECT_EQ(result.y.data()[1], -inf);
    EXPECT_EQ(values(result.dx), (std::vector<Real>{0, 1, 2, 0, 0, 0, 0, 0}));
  }
}

// As in PyTorch. The windows have columns -1 and 1, 0 and 2, 1 and 3, and rows -1 and 1, which an image of one row
// lacks.
TEST(MaxPool2d, ADilatedWindowOutsideTheImageGivesMinusInfinity) {
  MaxPool2d layer(2, {.stride = 1, .padding = 1, .dilation = 2});
  const Pooled result = pool(layer, from(std::vector<Real>{1, 2, 3, 4, 5, 6}, {2, 1, 1, 3}));
  EXPECT_EQ(values(result.y), std::vector<Real>(6, -inf));
  EXPECT_EQ(values(result.dx), std::vector<Real>(6, 0));
}

TEST(MaxPool2d, IgnoresAnOddLastRowAndColumn) {
  MaxPool2d layer(2);
  std::vector<Real> x(2 * 3 * 3);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<Real>(i);
  const Pooled result = pool(layer, from(x, {2, 1, 3, 3}));
  EXPECT_EQ(values(result.y), (std::vector<Real>{4, 13}));
  EXPECT_EQ(values(result.dx), (std::vector<Real>{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0}));
}

TEST(Pooling, GradientsMatchFiniteDifferences) {
  const auto check = [](Layer&& layer, const Shape& shape) {
    const GradientReport report = check_gradients(layer, shape);
    EXPECT_TRUE(report) << report.failure;
  };
  check(MaxPool2d(2), {3, 2, 6, 37});
  check(MaxPool2d(3, {.stride = 2, .padding = 1}), {2, 2, 7, 8});
  check(MaxPool2d({2, 3}, {.stride = 1, .dilation = {2, 1}, .ceil_mode = true}), {2, 2, 7, 8});
  check(AvgPool2d(2), {3, 2, 6, 7});
  check(AvgPool2d(3, {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false}), {2, 2, 7, 8});
  check(GlobalAvgPool2d(), {3, 4, 5, 6});
}

TEST(Pooling, RejectsInvalidOptionsAndShapes) {
  EXPECT_EQ(message<ValueError>([] { MaxPool2d(0); }), "MaxPool2d(0): expected a kernel of 1 to 65536, got 0.");
  EXPECT_EQ(message<ValueError>([] { MaxPool2d(2, {.stride = 0}); }),
            "MaxPool2d(2, stride 0): expected a stride of 1 to 65536, got 0.");
  EXPECT_EQ(message<ValueError>([] { AvgPool2d(3, {.padding = 2}); }),
            "AvgPool2d(3, padding 2): expected a padding of at most half of the kernel, got 2.");
  EXPECT_EQ(
      message<ShapeError>([] {
        MaxPool2d(2).output_shape({4, 3, 1, 8});
      }),
      "MaxPool2d(2): expected images of at least one window, got 1 by 8 from input (4, 3, 1, 8). Remove a pooling "
      "layer or use larger images.");
  EXPECT_EQ(message<ShapeError>([] {
              AvgPool2d({1, 2}).output_shape({4, 3, 8});
            }),
            "AvgPool2d(1x2): expected input (N, C, H, W), got (4, 3, 8).");
  EXPECT_EQ(message<ShapeError>([] {
              GlobalAvgPool2d().output_shape({4, 3, 0, 8});
            }),
            "GlobalAvgPool2d: expected input (N, C, H, W) with H and W of at least 1, got (4, 3, 0, 8).");
}

}  // namespace
}  // namespace minnow
