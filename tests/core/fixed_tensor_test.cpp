#include <minnow/core/error.hpp>
#include <minnow/core/fixed_tensor.hpp>

#include <tests/support/message.hpp>

#include <cstdint>
#include <limits>
#include <utility>

#include <gtest/gtest.h>

namespace minnow {
namespace {

FixedTensor make(const Tensor& values) {
  FixedTensor tensor(values.shape());
  tensor = values;
  return tensor;
}

TEST(FixedTensor, StartsWithZerosOfItsShape) {
  const FixedTensor tensor({2, 3}), scalar(Shape{}), empty({0, 3}), none;
  EXPECT_EQ(tensor, zeros({2, 3}));
  EXPECT_TRUE(tensor.has_shape());
  EXPECT_EQ(scalar.size(), 1u);
  EXPECT_EQ(empty.size(), 0u);
  EXPECT_TRUE(empty.has_shape());
  EXPECT_FALSE(none.has_shape());
  EXPECT_EQ(none.size(), 0u);
  EXPECT_TRUE(none.values().empty());
}

TEST(FixedTensor, RefusesAnotherShapeAndChangesNothing) {
  FixedTensor tensor = make(Tensor{1, 2});
  const std::string expected =
      "FixedTensor: expected elements of shape (2), got (1, 2). The shape of a parameter or buffer cannot change.";
  FixedTensor other({1, 2});
  EXPECT_EQ(message<ShapeError>([&] { tensor = other; }), expected);
  EXPECT_EQ(message<ShapeError>([&] { tensor = std::move(other); }), expected);
  EXPECT_EQ(message<ShapeError>([&] { tensor = zeros({1, 2}); }), expected);
  EXPECT_EQ(message<ShapeError>([&] { tensor.swap(other); }), expected);
  EXPECT_THROW(tensor.assign(Tensor{1}.storage()), ShapeError);
  EXPECT_EQ(tensor, (Tensor{1, 2}));
  EXPECT_EQ(other, zeros({1, 2}));
}

TEST(FixedTensor, TheFirstAssignmentSetsTheShape) {
  FixedTensor from_tensor, from_fixed, from_moved;
  from_tensor = Tensor{1, 2};
  from_fixed = from_tensor;
  from_moved = make(Tensor{1, 2});
  for (FixedTensor* tensor : {&from_tensor, &from_fixed, &from_moved}) {
    EXPECT_EQ(*tensor, (Tensor{1, 2}));
    EXPECT_THROW(*tensor = zeros({3}), ShapeError);
  }
}

TEST(FixedTensor, AnAssignmentWithoutAShapeChangesNothing) {
  FixedTensor tensor = make(Tensor{1, 2});
  const FixedTensor none;
  tensor = none;
  tensor = FixedTensor();
  EXPECT_EQ(tensor, (Tensor{1, 2}));
}

TEST(FixedTensor, WithoutAShapeTakesNoValues) {
  FixedTensor none;
  EXPECT_EQ(
      message<ShapeError>([&] { none.assign(Tensor{1}.storage()); }),
      "FixedTensor: expected a tensor with a shape, got 1 values for a tensor without a shape. Assign a Tensor first.");
  none.assign({});
  none.fill(1);
  EXPECT_FALSE(none.has_shape());
  EXPECT_EQ(none, FixedTensor());
  EXPECT_NE(none, FixedTensor(Shape{})) << "a scalar has a shape";
  EXPECT_FALSE(none == zeros(Shape{}));
}

TEST(FixedTensor, AssignsToItself) {
  FixedTensor tensor = make(Tensor{1, 2});
  FixedTensor& itself = tensor;
  tensor = itself;
  tensor = std::move(itself);
  tensor = tensor.tensor();
  tensor.assign(tensor.values());
  tensor.swap(itself);
  EXPECT_EQ(tensor, (Tensor{1, 2}));
}

TEST(FixedTensor, AMovedOneHasNoShapeAndCanBeAssignedTo) {
  FixedTensor tensor = make(Tensor{1, 2});
  FixedTensor moved = std::move(tensor);
  EXPECT_EQ(moved, (Tensor{1, 2}));
  EXPECT_FALSE(tensor.has_shape());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(tensor.size(), 0u);
  tensor = zeros({3});
  EXPECT_EQ(tensor, zeros({3}));
  FixedTensor target({2});
  target = std::move(moved);
  EXPECT_EQ(target, (Tensor{1, 2}));
  EXPECT_FALSE(moved.has_shape());
  moved = target;
  EXPECT_EQ(moved, target);
}

TEST(FixedTensor, ACopyIsIndependent) {
  FixedTensor tensor = make(Tensor{1, 2});
  FixedTensor copy = tensor;
  copy.fill(5);
  EXPECT_EQ(tensor, (Tensor{1, 2}));
  EXPECT_EQ(copy, (Tensor{5, 5}));
}

TEST(FixedTensor, SwapsElementsWithoutACopy) {
  FixedTensor a = make(Tensor{1, 2}), b = make(Tensor{3, 4}), none, other_none;
  const Real* data = a.data();
  a.swap(b);
  EXPECT_EQ(a, (Tensor{3, 4}));
  EXPECT_EQ(b, (Tensor{1, 2}));
  EXPECT_EQ(b.data(), data);
  EXPECT_THROW(a.swap(none), ShapeError);
  EXPECT_THROW(none.swap(a), ShapeError);
  none.swap(other_none);
  EXPECT_EQ(a, (Tensor{3, 4}));
  EXPECT_EQ(a.values().size(), 2u);
}

TEST(FixedTensor, RefusesAShapeThatDoesNotFitInMemory) {
  constexpr std::size_t huge = std::size_t{1} << 62;
  EXPECT_EQ(message<ShapeError>([] { FixedTensor({huge}); }),
            "FixedTensor: expected a shape that fits in memory, got (4611686018427387904).");
  EXPECT_THROW(FixedTensor({huge, huge}), ShapeError);
  EXPECT_THROW(FixedTensor({std::size_t{1} << 21, std::size_t{1} << 20}), ShapeError);
  EXPECT_EQ(FixedTensor({huge, 0}).size(), 0u);
}

TEST(FixedTensor, TheStampChangesWithEachAccessThatMayChangeElements) {
  FixedTensor a = make({1, 2}), b = make({3, 4});
  const FixedTensor& constant = a;
  const std::uint64_t first = a.stamp();
  EXPECT_NE(first, 0u);
  EXPECT_NE(first, b.stamp());
  static_cast<void>(constant.data()), static_cast<void>(constant.values()), static_cast<void>(constant(0));
  const FixedTensor copy = a;
  EXPECT_EQ(a.stamp(), first);
  EXPECT_NE(copy.stamp(), first);

  std::uint64_t before = first;
  const auto expect_changed = [&](const char* access) {
    EXPECT_NE(a.stamp(), before) << access;
    before = a.stamp();
  };
  static_cast<void>(a.data()), expect_changed("data");
  static_cast<void>(a.values()), expect_changed("values");
  static_cast<void>(a.begin()), expect_changed("begin");
  static_cast<void>(a.end()), expect_changed("end");
  static_cast<void>(a(0)), expect_changed("operator()");
  a.fill(1), expect_changed("fill");
  a.assign({5, 6}), expect_changed("assign");
  a = Tensor{7, 8}, expect_changed("a tensor");
  a = copy, expect_changed("a copy");
  const std::uint64_t other = b.stamp();
  a.swap(b), expect_changed("swap");
  EXPECT_NE(b.stamp(), other);
  a = std::move(b), expect_changed("a move");
}

TEST(FixedTensor, NaNIsUnequal) {
  const FixedTensor nan = make(Tensor{std::numeric_limits<Real>::quiet_NaN()});
  EXPECT_FALSE(nan == nan);
}

}  // namespace
}  // namespace minnow
