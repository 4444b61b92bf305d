#include <minnow/core/error.hpp>
#include <minnow/training/accuracy.hpp>
#include <minnow/training/top_k_accuracy.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

TEST(CountCorrect, TakesIndicesAndOneHotRows) {
  const Tensor scores{{1, 2, 0}, {5, 2, 3}, {0, 0, 1}};
  EXPECT_EQ(count_correct(scores, Tensor{1, 0, 0}), 2u);
  EXPECT_EQ(count_correct(scores, Tensor{{0, 1, 0}, {1, 0, 0}, {1, 0, 0}}), 2u);
  EXPECT_EQ(count_correct(zeros({0, 3}), zeros({0})), 0u);
  EXPECT_THROW(count_correct(scores, zeros({2})), ShapeError);
  EXPECT_THROW(count_correct(scores, zeros({3, 2})), ShapeError);
  EXPECT_THROW(count_correct(zeros({3}), zeros({3})), ShapeError);
}

TEST(CountCorrect, CountsARowWithoutAnAnswerAsWrong) {
  EXPECT_EQ(count_correct(Tensor{{nan, nan}, {0, nan}, {1, 0}}, Tensor{0, 1, 0}), 1u);
}

TEST(TopKAccuracy, CountsBatchByBatchTiesToTheLowerClass) {
  TopKAccuracy first(1), second(2), tenth(10);
  EXPECT_TRUE(std::isnan(first.value()));
  for (TopKAccuracy* accuracy : {&first, &second, &tenth}) {
    accuracy->add(Tensor{{1, 2, 0}, {1, 1, 1}}, Tensor{0, 0});
    accuracy->add(Tensor{{1, 1, 1}, {1, 1, 1}}, Tensor{1, 2});
    accuracy->add(zeros({0, 3}), zeros({0}));
    EXPECT_EQ(accuracy->total(), 4u);
  }
  EXPECT_EQ(first.value(), 0.25);
  EXPECT_EQ(second.value(), 0.75);
  EXPECT_EQ(tenth.value(), 1);
}

TEST(TopKAccuracy, RefusesWhatItCannotCountAndAddsNothing) {
  TopKAccuracy accuracy(2);
  EXPECT_EQ(message<ValueError>([] { TopKAccuracy(0); }), "TopKAccuracy: expected k of at least 1, got 0.");
  EXPECT_EQ(message<ShapeError>([&] { accuracy.add(zeros({4}), zeros({4})); }),
            "TopKAccuracy: expected scores (N, C) with C >= 2, got (4).");
  EXPECT_EQ(message<ShapeError>([&] {
              accuracy.add(zeros({4, 3}), zeros({5}));
            }),
            "TopKAccuracy: expected scores (N, C), or (N) for two classes, and class indices (N), got (4, 3) and (5).");
  EXPECT_EQ(message<ValueError>([&] {
              accuracy.add(zeros({2, 3}), Tensor{0, 3});
            }),
            "TopKAccuracy: expected class indices, whole numbers from 0 to 2, got 3 in row 1.");
  EXPECT_EQ(message<ValueError>([&] {
              accuracy.add(Tensor{{1, 2}, {0, nan}}, Tensor{0, 1});
            }),
            "TopKAccuracy: expected scores, got nan in row 1.");
  EXPECT_EQ(accuracy.total(), 0u);
}

}  // namespace
}  // namespace minnow
