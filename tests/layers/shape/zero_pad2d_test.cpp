// The values are in zero_pad2d.json.

#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/shape/zero_pad2d.hpp>

#include <tests/support/message.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(ZeroPad2d, GradientsMatchFiniteDifferences) {
  ZeroPad2d layer({.left = 1, .right = 2, .top = 3, .bottom = 0});
  for (const Shape& shape : {Shape{2, 3, 4, 5}, Shape{1, 1, 1, 1}}) {
    const GradientReport report = check_gradients(layer, shape);
    EXPECT_TRUE(report) << report.failure;
  }
}

TEST(ZeroPad2d, AcceptsAnEmptyBatch) { EXPECT_EQ(ZeroPad2d(2).output_shape({0, 3, 4, 5}), (Shape{0, 3, 8, 9})); }

TEST(ZeroPad2d, RefusesOtherShapesAndHugeSides) {
  EXPECT_EQ(message<ShapeError>([] {
              ZeroPad2d(1).output_shape({2, 3, 4});
            }),
            "ZeroPad2d(left 1, right 1, top 1, bottom 1): expected input (N, C, H, W), got (2, 3, 4).");
  EXPECT_EQ(message<ValueError>([] { ZeroPad2d({.top = 65536}); }),
            "ZeroPad2d(left 0, right 0, top 65536, bottom 0): expected at most 65535 zeros on each side.");
  EXPECT_EQ(message<ValueError>([] {
              ZeroPad2d(LayerConfig{"ZeroPad2d", {{"padding", {1, 2, -3, 4}}}, {}});
            }),
            "ZeroPad2d: expected attribute padding to be [left, right, top, bottom], each at least 0.");
}

}  // namespace
}  // namespace minnow
