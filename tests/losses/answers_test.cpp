#include <minnow/core/error.hpp>
#include <minnow/losses/answers.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {

// In Minnow's namespace, where GoogleTest finds them by their arguments.
bool operator==(const Answers& a, const Answers& b) { return a.right == b.right && a.counted == b.counted; }
void PrintTo(const Answers& a, std::ostream* out) { *out << a.right << " of " << a.counted; }

namespace {

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

TEST(Answers, LargestTakesIndicesAndRows) {
  const Tensor scores{{1, 2, 0}, {5, 2, 3}, {0, 0, 1}};
  EXPECT_EQ(count_largest(scores, Tensor{1, 0, 0}), (Answers{2, 3}));
  EXPECT_EQ(count_largest(scores, Tensor{{0, 1, 0}, {1, 0, 0}, {1, 0, 0}}), (Answers{2, 3}));
  EXPECT_EQ(count_largest(zeros({0, 3}), zeros({0})), (Answers{0, 0}));
  EXPECT_TRUE(std::isnan(Answers{}.accuracy()));
}

// A network whose scores are all equal has learnt nothing.
TEST(Answers, TheFirstOfEqualsIsTheAnswer) {
  EXPECT_EQ(count_largest(zeros({3, 3}), Tensor{0, 1, 2}), (Answers{1, 3}));
}

TEST(Answers, ARowWithoutAnAnswerIsWrong) {
  EXPECT_EQ(count_largest(Tensor{{nan, nan}, {0, nan}, {1, 0}}, Tensor{0, 1, 0}), (Answers{1, 3}));
}

TEST(Answers, IgnoredLabelsAreNotCounted) {
  EXPECT_EQ(count_largest(Tensor{{1, 0}, {0, 1}, {0, 1}}, Tensor{0, -100, 0}), (Answers{1, 2}));
  EXPECT_EQ(count_largest(Tensor{{1, 0}, {0, 1}, {0, 1}}, Tensor{0, 1, 0}, 0), (Answers{1, 1}));
}

TEST(Answers, EveryPositionIsAnAnswer) {
  const Tensor scores = from(std::vector<Real>{1, 0, 0, 0, 1, 0}, {1, 2, 3});  // classes 0, 1, 0
  EXPECT_EQ(count_largest(scores, Tensor{{0, 1, 1}}), (Answers{2, 3}));
}

TEST(Answers, AboveCountsNumbers) {
  EXPECT_EQ(count_above(Tensor{{0.75, 0.5}, {1, nan}}, Tensor{{1, 0}, {0, 0}}, 0.5), (Answers{2, 4}));
  EXPECT_EQ(count_above(Tensor{{0.5, -0.25}}, Tensor{{1, 1}}, 0), (Answers{1, 2}));
}

TEST(Answers, SaysWhatDoesNotFit) {
  EXPECT_THROW(count_largest(zeros({3, 2}), zeros({2})), ShapeError);
  EXPECT_THROW(count_largest(zeros({3, 2}), zeros({3, 3})), ShapeError);
  EXPECT_THROW(count_largest(zeros({3}), zeros({3})), ShapeError);
  EXPECT_THROW(count_above(zeros({3}), zeros({2}), 0), ShapeError);
}

}  // namespace
}  // namespace minnow
