#include <minnow/core/error.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/images/image.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "encode_images.hpp"
#include <gtest/gtest.h>

namespace {

using namespace minnow;
using namespace minnow::test;

/// Computes the mean over a cell by the definition: the sum of all pixels, weighted by their overlap with the cell.
double brute_force(const Image& image, std::size_t size, std::size_t c, std::size_t y, std::size_t x) {
  const std::size_t side = std::min(image.height, image.width);
  const double cell = static_cast<double>(side) / static_cast<double>(size);
  const auto overlap = [&](std::size_t i, std::size_t pixel) {
    const double begin = std::max(static_cast<double>(i) * cell, static_cast<double>(pixel));
    const double end = std::min(static_cast<double>(i + 1) * cell, static_cast<double>(pixel + 1));
    return std::max(0.0, end - begin) / cell;
  };
  double sum = 0;
  for (std::size_t r = 0; r < side; ++r)
    for (std::size_t k = 0; k < side; ++k) {
      const std::size_t row = r + (image.height - side) / 2, column = k + (image.width - side) / 2;
      sum += overlap(y, r) * overlap(x, k) * image.rgb[(row * image.width + column) * 3 + c] / 255.0;
    }
  return sum;
}

TEST(Resample, MatchesTheDefinition) {
  Rng rng{7};
  for (const auto& [height, width, size] : {std::array<std::size_t, 3>{32, 32, 8},
                                            {32, 32, 32},
                                            {37, 53, 10},
                                            {53, 37, 16},
                                            {5, 8, 13},
                                            {1, 1, 4},
                                            {3, 3, 2},
                                            {40, 41, 1},
                                            {7, 7, 9}}) {
    Image image{height, width, Bytes(height * width * 3)};
    for (std::uint8_t& value : image.rgb) value = static_cast<std::uint8_t>(rng.bits());
    std::vector<Real> planes(3 * size * size, Real{-1});
    datasets::resample(image, size, planes);
    double error = 0;
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t y = 0; y < size; ++y)
        for (std::size_t x = 0; x < size; ++x)
          error = std::max(error, std::abs(planes[(c * size + y) * size + x] - brute_force(image, size, c, y, x)));
    EXPECT_LT(error, sizeof(Real) == 4 ? 1e-7 : 1e-13) << height << "x" << width << " to " << size;
  }
}

TEST(Resample, SameSizeCopiesAndWhiteStaysWhite) {
  const Image image = slopes(16, 16);
  std::vector<Real> planes(3 * 16 * 16);
  datasets::resample(image, 16, planes);
  for (std::size_t i = 0; i < planes.size(); ++i)
    ASSERT_EQ(planes[i], static_cast<Real>(image.rgb[i % 256 * 3 + i / 256] / 255.0));
  planes.assign(3 * 11 * 11, Real{0});
  datasets::resample({17, 23, Bytes(17 * 23 * 3, 255)}, 11, planes);
  for (const Real value : planes) ASSERT_EQ(value, Real{1});
}

TEST(Resample, CropsTheCentredSquare) {
  Image image{1, 4, {0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255}};
  std::vector<Real> planes(3);
  datasets::resample(image, 1, planes);  // crops one pixel at the left and two at the right
  EXPECT_EQ(planes, (std::vector<Real>{1, 0, 0}));
}

TEST(Resample, Errors) {
  std::vector<Real> planes(12);
  EXPECT_THROW(datasets::resample(slopes(4, 4), 0, planes), ValueError);
  EXPECT_THROW(datasets::resample(slopes(4, 4), 3, planes), ShapeError);
  EXPECT_THROW(datasets::resample({0, 0, {}}, 2, planes), ShapeError);
  EXPECT_THROW(datasets::resample({2, 2, Bytes(13)}, 2, planes), ShapeError);
  EXPECT_NO_THROW(datasets::resample(slopes(4, 4), 2, planes));
}

}  // namespace
