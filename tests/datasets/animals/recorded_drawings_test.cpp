// The drawn animals do not change: training results on them are compared over years. The fixture contains the mean of
// each channel in 4 x 4 blocks of each drawing. MINNOW_RECORD_DRAWINGS=FILE writes it, for an intended change.

#include <minnow/datasets/animals/draw_animal.hpp>

#include <tests/support/fixture.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;
using datasets::Animal;

constexpr std::size_t size = 32, block = 8, seeds = 4;

/// Returns the mean of each block of each channel of a drawing, in units of 10^-5.
std::vector<double> block_means(Animal animal, std::size_t seed) {
  std::vector<Real> rgb(3 * size * size);
  draw_animal(animal, size, Rng{11}.stream(seed), rgb);
  std::vector<double> means(3 * (size / block) * (size / block));
  for (std::size_t i = 0; i < rgb.size(); ++i) {
    const std::size_t row = i / size / block, column = i % size / block;  // rows of all channels, one after the other
    means[row * (size / block) + column] += 1e5 * static_cast<double>(rgb[i]) / (block * block);
  }
  return means;
}

TEST(DrawAnimal, DrawsWhatWasRecorded) {
  Json drawings = Json::array();
  for (const Animal animal : {Animal::dog, Animal::cat, Animal::horse, Animal::cheetah})
    for (std::size_t seed = 0; seed < seeds; ++seed) {
      drawings.push_back(Json::array());
      for (const double mean : block_means(animal, seed)) drawings.back().push_back(std::lround(mean));
    }
  if (const char* file = std::getenv("MINNOW_RECORD_DRAWINGS")) std::ofstream(file) << drawings << '\n';
  const Json recorded = read_fixture("drawn_animals.json");
  ASSERT_EQ(drawings.size(), recorded.size());
  for (std::size_t i = 0; i < drawings.size(); ++i)
    for (std::size_t k = 0; k < drawings[i].size(); ++k)
      EXPECT_NEAR(drawings[i][k].get<double>(), recorded[i][k].get<double>(), 5) << "drawing " << i << ", block " << k;
}

}  // namespace
}  // namespace minnow
