#include <minnow/core/error.hpp>
#include <minnow/datasets/images/image.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

namespace {

using namespace minnow;
using datasets::Image;

/// A smooth image, whose neighbouring pixels differ by a few levels.
Image smooth(std::size_t height, std::size_t width) {
  Image image{height, width, {}};
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      for (const double phase : {0.0, 1.0, 2.0})
        image.rgb.push_back(
            static_cast<std::uint8_t>(127 + 120 * std::sin(0.1 * static_cast<double>(x + 2 * y) + phase)));
  return image;
}

TEST(EncodePng, DecodesToTheSamePixels) {
  for (const auto& [height, width] : {std::pair{1, 1}, {7, 13}, {64, 48}}) {
    const Image image = smooth(static_cast<std::size_t>(height), static_cast<std::size_t>(width));
    const Image decoded = datasets::decode_image(datasets::encode_png(image));
    EXPECT_EQ(decoded.height, image.height);
    EXPECT_EQ(decoded.width, image.width);
    EXPECT_EQ(decoded.rgb, image.rgb);
  }
}

TEST(EncodeJpeg, DecodesToSimilarPixels) {
  const Image image = smooth(61, 47);
  const Image decoded = datasets::decode_image(datasets::encode_jpeg(image, 95));
  ASSERT_EQ(decoded.rgb.size(), image.rgb.size());
  double squared = 0;
  for (std::size_t i = 0; i < image.rgb.size(); ++i) squared += std::pow(double{1} * decoded.rgb[i] - image.rgb[i], 2);
  EXPECT_LT(std::sqrt(squared / static_cast<double>(image.rgb.size())), 2);
  EXPECT_LT(datasets::encode_jpeg(image, 50).size(), datasets::encode_jpeg(image, 95).size());
}

TEST(EncodeJpeg, ThrowsIfImageOrQualityIsInvalid) {
  EXPECT_EQ(message<ValueError>([] { datasets::encode_jpeg(smooth(2, 2), 0); }),
            "encode_jpeg: expected a quality in [1, 100], got 0.");
  EXPECT_EQ(message<ShapeError>([] {
              datasets::encode_jpeg({2, 2, {}});
            }),
            "encode_jpeg: expected an image of at least 1 x 1 with height * width * 3 bytes, got 0 bytes for 2 x 2.");
  EXPECT_EQ(message<ShapeError>([] {
              datasets::encode_png({0, 2, {}});
            }),
            "encode_png: expected an image of at least 1 x 1 with height * width * 3 bytes, got 0 bytes for 0 x 2.");
  EXPECT_THROW(datasets::encode_jpeg({1, 65501, std::vector<std::uint8_t>(3 * 65501)}), ShapeError);
}

}  // namespace
