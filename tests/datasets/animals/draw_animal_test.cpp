#include <minnow/core/error.hpp>
#include <minnow/datasets/animals/draw_animal.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

using namespace minnow;
using namespace minnow::datasets;

namespace {

constexpr std::array kinds{Animal::dog, Animal::cat, Animal::horse, Animal::cheetah};

std::vector<Real> drawing(Animal animal, std::size_t size, const Rng& rng) {
  std::vector<Real> rgb(3 * size * size, Real{-1});
  draw_animal(animal, size, Rng(rng), rgb);
  return rgb;
}

double difference(const std::vector<Real>& a, const std::vector<Real>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
  return sum / static_cast<double>(a.size());
}

/// Averages each 2 x 2 block of pixels.
std::vector<Real> halved(const std::vector<Real>& rgb, std::size_t size) {
  const std::size_t half = size / 2;
  std::vector<Real> result(3 * half * half);
  for (std::size_t plane = 0; plane < 3; ++plane)
    for (std::size_t y = 0; y < half; ++y)
      for (std::size_t x = 0; x < half; ++x) {
        const Real* block = &rgb[(plane * size + 2 * y) * size + 2 * x];
        result[(plane * half + y) * half + x] = (block[0] + block[1] + block[size] + block[size + 1]) / 4;
      }
  return result;
}

/// Returns the difference in variation between the right and the left half, in the rows of a horse's head.
double right_excess(const std::vector<Real>& rgb, std::size_t size) {
  double sum = 0;
  for (std::size_t y = size / 4; y < size * 2 / 5; ++y)
    for (std::size_t x = 1; x < size; ++x) {
      const std::size_t i = y * size + x;
      const double step = std::abs(static_cast<double>(rgb[i]) - static_cast<double>(rgb[i - 1]));
      sum += x < size / 2 ? -step : step;
    }
  return sum;
}

TEST(DrawAnimal, WritesEveryValueInZeroToOneAtAnySize) {
  for (const Animal animal : kinds)
    for (const std::size_t size : {8U, 9U, 32U, 64U})
      for (std::size_t i = 0; i < 20; ++i)
        for (const Real value : drawing(animal, size, Rng{1}.stream(i))) {
          ASSERT_GE(value, Real{0});  // also false for NaN
          ASSERT_LE(value, Real{1});
        }
}

TEST(DrawAnimal, DependsOnlyOnItsArguments) {
  for (const Animal animal : kinds) {
    const auto first = drawing(animal, 32, Rng{7});
    drawing(Animal::horse, 64, Rng{8});
    EXPECT_EQ(drawing(animal, 32, Rng{7}), first);
    EXPECT_GT(difference(drawing(animal, 32, Rng{8}), first), 0.02);
  }
}

TEST(DrawAnimal, AnimalsDiffer) {
  for (std::size_t i = 0; i < kinds.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_GT(difference(drawing(kinds[i], 32, Rng{3}), drawing(kinds[j], 32, Rng{3})), 0.01);
}

TEST(DrawAnimal, SizeOnlyChangesTheResolution) {
  for (const Animal animal : kinds)
    for (std::size_t i = 0; i < 10; ++i) {
      const Rng rng = Rng{5}.stream(i);
      EXPECT_LT(difference(halved(drawing(animal, 128, rng), 128), drawing(animal, 64, rng)), 0.04);
    }
}

TEST(DrawAnimal, FacesBothDirections) {
  int right = 0;
  constexpr int count = 100;
  for (std::size_t i = 0; i < count; ++i) right += right_excess(drawing(Animal::horse, 32, Rng{9}.stream(i)), 32) > 0;
  EXPECT_GT(right, count / 4);
  EXPECT_LT(right, count * 3 / 4);
}

TEST(DrawAnimal, RejectsWrongBufferSizes) {
  std::vector<Real> rgb(3 * 32 * 32);
  EXPECT_THROW(draw_animal(Animal::cat, 31, Rng{1}, rgb), ShapeError);
  EXPECT_THROW(draw_animal(Animal::cat, 33, Rng{1}, rgb), ShapeError);
  rgb.resize(3 * 7 * 7);
  EXPECT_THROW(draw_animal(Animal::cat, 7, Rng{1}, rgb), ValueError);
}

}  // namespace
