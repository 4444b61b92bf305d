#include <minnow/core/rng.hpp>
#include <minnow/layers/convolution/conv2d.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

// The values are in conv2d_same.json.
TEST(Conv2d, SamePaddingDividesTheSizeByTheStride) {
  Rng rng{1};
  for (std::size_t size = 1; size <= 12; ++size)
    for (const std::size_t stride : {1u, 2u, 3u, 5u, 20u})
      for (const std::size_t kernel : {1u, 2u, 3u, 5u})
        for (const std::size_t dilation : {1u, 2u}) {
          const Conv2d conv(1, 1, {kernel, 1}, rng,
                            {.stride = {stride, 1}, .padding = Padding2d::same(), .dilation = {dilation, 1}});
          EXPECT_EQ(conv.output_shape({1, 1, size, 1}), (Shape{1, 1, (size + stride - 1) / stride, 1}))
              << conv.name() << size;
        }
}

}  // namespace
}  // namespace minnow
