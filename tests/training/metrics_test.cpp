#include <minnow/core/error.hpp>
#include <minnow/training/metrics.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(CountCorrect, TakesIndicesAndOneHotRows) {
  const Tensor scores{{1, 2, 0}, {5, 2, 3}, {0, 0, 1}};
  EXPECT_EQ(count_correct(scores, Tensor{1, 0, 0}), 2u);
  EXPECT_EQ(count_correct(scores, Tensor{{0, 1, 0}, {1, 0, 0}, {1, 0, 0}}), 2u);
  EXPECT_EQ(count_correct(zeros({0, 3}), zeros({0})), 0u);
  EXPECT_THROW(count_correct(scores, zeros({2})), ShapeError);
  EXPECT_THROW(count_correct(scores, zeros({3, 2})), ShapeError);
  EXPECT_THROW(count_correct(zeros({3}), zeros({3})), ShapeError);
}

TEST(ConfusionMatrix, CountsBatchByBatchAndPrintsATable) {
  ConfusionMatrix matrix({"dog", "cat"});
  EXPECT_TRUE(std::isnan(matrix.accuracy()));
  matrix.add(Tensor{{2, 1}, {0, 1}}, Tensor{0, 0});
  matrix.add(Tensor{{0, 1}, {0, 1}}, Tensor{1, 1});
  EXPECT_EQ(matrix.count(0, 0), 1u);
  EXPECT_EQ(matrix.count(0, 1), 1u);
  EXPECT_EQ(matrix.count(1, 1), 2u);
  EXPECT_EQ(matrix.total(), 4u);
  EXPECT_EQ(matrix.accuracy(), 0.75);
  EXPECT_EQ(matrix.to_string(),
            "true \\ predicted      dog      cat   recall\n"
            "dog                     1        1    50.0%\n"
            "cat                     0        2   100.0%\n");
  EXPECT_THROW(matrix.add(Tensor{{0, 1}}, Tensor{2}), ValueError);
  EXPECT_THROW(matrix.add(Tensor{{0, 1, 2}}, Tensor{0}), ShapeError);
  EXPECT_THROW(matrix.count(2, 0), ValueError);
  EXPECT_THROW(ConfusionMatrix({}), ValueError);
}

TEST(CountCorrect, CountsARowWithoutAnAnswerAsWrong) {
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  EXPECT_EQ(count_correct(Tensor{{nan, nan}, {0, nan}, {1, 0}}, Tensor{0, 1, 0}), 1u);
}

}  // namespace
}  // namespace minnow
