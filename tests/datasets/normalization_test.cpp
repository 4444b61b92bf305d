#include <minnow/core/error.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/normalization.hpp>

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(Normalization, MakesEachChannelMeanZeroAndDeviationOne) {
  Tensor inputs = zeros({50, 2, 3, 3});
  Rng rng{5};
  for (std::size_t i = 0; i < 50; ++i)
    for (std::size_t k = 0; k < 9; ++k) {
      inputs(i, 0, k / 3, k % 3) = static_cast<Real>(3 + 0.25 * rng.normal());
      inputs(i, 1, k / 3, k % 3) = 7;  // constant
    }
  const Normalization normalization(inputs);
  EXPECT_NEAR(normalization.mean()[0], 3, 0.05);
  EXPECT_NEAR(normalization.deviation()[0], 0.25, 0.02);
  EXPECT_EQ(normalization.mean()[1], 7);
  EXPECT_EQ(normalization.deviation()[1], 1);
  std::vector<Real> sample(inputs.data() + 18, inputs.data() + 36);
  normalization.apply(sample);
  normalization.apply(inputs);
  EXPECT_TRUE(std::equal(sample.begin(), sample.end(), inputs.data() + 18));
  sample.pop_back();
  EXPECT_THROW(normalization.apply(sample), ShapeError);
  const Normalization again(inputs);
  EXPECT_NEAR(again.mean()[0], 0, 1e-6);
  EXPECT_NEAR(again.deviation()[0], 1, 1e-6);
  Tensor other = zeros({2, 3});
  EXPECT_THROW(normalization.apply(other), ShapeError);
  EXPECT_THROW(Normalization(zeros({0, 3})), ShapeError);
}

}  // namespace
}  // namespace minnow
