#include <minnow/core/error.hpp>
#include <minnow/core/labels.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

template <class T>
class Labels : public ::testing::Test {};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Labels, Types);

std::string index_message(double label, std::size_t classes) {
  try {
    return std::to_string(class_index(label, classes, 7, "CrossEntropyLoss"));
  } catch (const ValueError& e) {
    return e.what();
  }
}

TEST(ClassIndex, AcceptsIntegersInRange) {
  EXPECT_EQ(class_index(0, 3, 0, ""), 0u);
  EXPECT_EQ(class_index(-0.0, 3, 0, ""), 0u);
  EXPECT_EQ(class_index(2, 3, 0, ""), 2u);
  EXPECT_EQ(class_index(16777216, 16777217, 0, ""), 16777216u);
}

TEST(ClassIndex, ReportsTheCallerAndTheRow) {
  EXPECT_EQ(index_message(3, 3),
            "CrossEntropyLoss: expected class indices, whole numbers from 0 to 2, got 3 in row 7.");
  for (const double label : {-1., 2.5, 1e300, nan, inf, -inf}) {
    const std::string text = index_message(label, 3);
    EXPECT_EQ(text.find("CrossEntropyLoss: expected class indices, whole numbers from 0 to 2, got "), 0u) << text;
    EXPECT_NE(text.find(" in row 7."), std::string::npos) << text;
  }
  EXPECT_THROW(class_index(0, 0, 0, ""), ValueError);
}

TYPED_TEST(Labels, OneHot) {
  using T = BasicTensor<TypeParam>;
  EXPECT_EQ(one_hot(T{2, 0, 1}, 3), (T{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}}));
  EXPECT_EQ(one_hot(T{0}, 1).shape(), (Shape{1, 1}));
  EXPECT_EQ(one_hot(T{0}, 1)(0, 0), 1);
  EXPECT_EQ(one_hot(T::from_shape({0}), 4).shape(), (Shape{0, 4}));
  EXPECT_THROW(one_hot(T{{1, 2}}, 3), ShapeError);
  EXPECT_THROW(one_hot(T{0, 3}, 3), ValueError);
  EXPECT_THROW(one_hot(T{0.5}, 3), ValueError);
}

TYPED_TEST(Labels, ArgmaxInvertsOneHot) {
  using T = BasicTensor<TypeParam>;
  for (const T& labels : {T{2, 0, 1, 1, 2}, T{0}, T::from_shape({0})}) EXPECT_EQ(argmax(one_hot(labels, 3)), labels);
  EXPECT_EQ(argmax(one_hot(T{0, 0}, 1)), (T{0, 0}));
}

TYPED_TEST(Labels, IndicesAboveInvertsMultiHot) {
  using T = BasicTensor<TypeParam>;
  const std::vector<std::vector<std::size_t>> labels{{0, 2}, {}, {1}, {0, 1, 2}};
  const T rows = multi_hot<TypeParam>(labels, 3);
  EXPECT_EQ(rows, (T{{1, 0, 1}, {0, 0, 0}, {0, 1, 0}, {1, 1, 1}}));
  EXPECT_EQ(indices_above(rows, 0.5), labels);
  EXPECT_EQ(multi_hot<TypeParam>({{2, 2, 0}}, 3), (T{{1, 0, 1}}));
  EXPECT_EQ(multi_hot<TypeParam>({}, 3).shape(), (Shape{0, 3}));
  EXPECT_TRUE(indices_above(T::from_shape({0, 3}), 0.5).empty());
  EXPECT_EQ(indices_above(T{{0.5, 0.875}, {0.125, 0.25}}, 0.3), (std::vector<std::vector<std::size_t>>{{0, 1}, {}}));
  EXPECT_EQ(message<ValueError>([] {
              multi_hot<TypeParam>({{0}, {1, 3}}, 3);
            }),
            "multi_hot: expected class indices, whole numbers from 0 to 2, got 3 in row 1.");
  EXPECT_EQ(message<ShapeError>([] {
              indices_above(T{0.5, 1}, 0.5);
            }),
            "indices_above: expected values (N, C), got (2).");
}

TYPED_TEST(Labels, ThresholdIsOneAboveTheLimit) {
  using T = BasicTensor<TypeParam>;
  const auto n = static_cast<TypeParam>(nan), i = static_cast<TypeParam>(inf);
  EXPECT_EQ(threshold(T{{0.25, 0.5, 0.75}, {1, 0, 0.625}}, 0.5), (T{{0, 0, 1}, {1, 0, 1}}));
  EXPECT_EQ(threshold(T{n, i, -i, 0.75}, 0.5), (T{0, 1, 0, 1}));
  EXPECT_EQ(threshold(T{-1, 0, 2}, 0), (T{0, 0, 1}));  // of logits
  const auto tenth = static_cast<TypeParam>(0.1);      // rounded to float it exceeds the double
  EXPECT_EQ(threshold(T{tenth, std::nextafter(tenth, TypeParam{1})}, 0.1), (T{0, 1}));
  EXPECT_EQ(threshold(T{i, 0}, -inf), (T{1, 1}));
  EXPECT_EQ(threshold(T::from_shape({2, 0, 3}), 0.5).shape(), (Shape{2, 0, 3}));
  T scalar = T::from_shape({});
  scalar() = 1;
  EXPECT_EQ(threshold(scalar, 0.5), scalar);
  EXPECT_EQ(message<ValueError>([] { threshold(T{1}, nan); }),
            "threshold: expected a number to compare with, got nan.");
}

TYPED_TEST(Labels, ArgmaxReturnsTheFirstOfEqualScores) {
  using T = BasicTensor<TypeParam>;
  EXPECT_EQ(argmax(T{{1, 3, 2}, {5, 5, 4}, {-3, -2, -2}, {0, 0, 0}}), (T{1, 0, 1, 0}));
  EXPECT_EQ(argmax(T::from_shape({2, 1})), (T{0, 0}));
  const T one = argmax(T{1, 2, 3});
  EXPECT_EQ(one.shape(), Shape{});
  EXPECT_EQ(one(), 2);
  EXPECT_EQ(argmax(T::from_shape({0, 4})).shape(), Shape{0});
}

TYPED_TEST(Labels, ArgmaxHandlesInfinityAndReturnsTheFirstNaN) {
  using T = BasicTensor<TypeParam>;
  const auto n = static_cast<TypeParam>(nan), i = static_cast<TypeParam>(inf);
  EXPECT_EQ(argmax(T{{-i, -i, -i}, {0, i, i}, {i, n, 0}, {n, i, n}, {0, n, n}}), (T{0, 1, 1, 0, 1}));
}

TYPED_TEST(Labels, ArgmaxRefusesOtherShapes) {
  using T = BasicTensor<TypeParam>;
  EXPECT_THROW(argmax(T::from_shape({})), ShapeError);
  EXPECT_THROW(argmax(T::from_shape({2, 0})), ShapeError);
  EXPECT_THROW(argmax(T::from_shape({2, 2, 2})), ShapeError);
}

}  // namespace
}  // namespace minnow
