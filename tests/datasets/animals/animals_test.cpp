#include <minnow/core/error.hpp>
#include <minnow/datasets/animals/animals.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(Animals, DependOnTheSeedAndAlternateClasses) {
  const auto [train, test] = datasets::animals({.size = 16, .train = 41, .test = 8}, Rng{1});
  const auto again = datasets::animals({.size = 16, .train = 41, .test = 8}, Rng{1});
  const auto other = datasets::animals({.size = 16, .train = 41, .test = 8}, Rng{2});
  EXPECT_EQ(train.inputs(), again.train.inputs());
  EXPECT_EQ(test.inputs(), again.test.inputs());
  EXPECT_NE(train.inputs(), other.train.inputs());
  EXPECT_EQ(train.inputs().shape(), (Shape{41, 3, 16, 16}));
  EXPECT_EQ(test.class_names(), (std::vector<std::string>{"dog", "cat", "horse", "cheetah"}));
  for (std::size_t i = 0; i < train.size(); ++i) EXPECT_EQ(train.targets()(i), static_cast<Real>(i % 4));
  for (const Real value : train.inputs()) EXPECT_TRUE(value >= -1 && value <= 1);
  EXPECT_THROW(datasets::animals({.size = 7}, Rng{1}), ValueError);
  EXPECT_THROW(datasets::animals({.train = 0}, Rng{1}), ValueError);
}

}  // namespace
}  // namespace minnow
