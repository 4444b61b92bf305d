#include <minnow/core/error.hpp>
#include <minnow/core/tensor.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <numeric>

#include <gtest/gtest.h>

namespace minnow {
namespace {

std::string message(const std::function<void()>& action) {
  try {
    action();
  } catch (const ShapeError& e) {
    return e.what();
  }
  return "no error";
}

TEST(Shape, PrintsAsATuple) {
  EXPECT_EQ(to_string({}), "()");
  EXPECT_EQ(to_string({7}), "(7)");
  EXPECT_EQ(to_string({64, 3, 32, 32}), "(64, 3, 32, 32)");
  EXPECT_EQ(to_string({0, 3}), "(0, 3)");
}

TEST(Shape, CountsElements) {
  EXPECT_EQ(num_elements({}), 1u);
  EXPECT_EQ(num_elements({2, 3, 4}), 24u);
  EXPECT_EQ(num_elements({2, 0, 4}), 0u);
}

TEST(Zeros, OverwriteReusedMemory) {
  for (int repeat = 0; repeat < 3; ++repeat) {
    Tensor tensor = zeros({100, 7});
    EXPECT_EQ(tensor.shape(), (Shape{100, 7}));
    for (const Real value : tensor.storage()) ASSERT_EQ(value, 0);
    tensor.fill(5);  // the next allocation may reuse this memory
  }
  EXPECT_EQ(zeros({}).size(), 1u);
  EXPECT_EQ(zeros({0, 3}).size(), 0u);
  EXPECT_EQ(zeros({1, 1, 1, 1, 1, 1, 1, 1}).dimension(), 8u);
}

TEST(From, CopiesRowByRow) {
  std::vector<Real> values{1, 2, 3, 4, 5, 6};
  const Tensor tensor = from(values, {2, 3});
  values[0] = 9;
  EXPECT_EQ(tensor, (Tensor{{1, 2, 3}, {4, 5, 6}}));
  EXPECT_EQ(from(std::vector<Real>{5}, {})(), 5);
  EXPECT_EQ(from({}, {0, 2}).shape(), (Shape{0, 2}));
}

TEST(From, CountsItsValues) {
  EXPECT_EQ(message([] { from(std::vector<Real>(5), {2, 3}); }), "from: expected 6 values for shape (2, 3), got 5.");
  EXPECT_EQ(message([] { from({}, {}); }), "from: expected 1 values for shape (), got 0.");
}

TEST(From, MakesATensorOfNestedListsOfAnyNumbers) {
  EXPECT_EQ(from({{0, 1}, {1, 0}}), (Tensor{{0, 1}, {1, 0}}));
  EXPECT_EQ(from({1, 2.5, true, 4u, -5L}), (Tensor{1, 2.5, 1, 4, -5}));
  EXPECT_EQ(from({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}), (Tensor{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}));
  const double third = 1 / 3.0;
  const int two = 2;
  EXPECT_EQ(from({third, two}), (Tensor{static_cast<Real>(third), 2}));
  const Tensor column = from({{0}, {1}, {1}, {0}}), one = from({{{7}}}), row = from({{3, 4}});
  EXPECT_EQ(column.shape(), (Shape{4, 1}));
  EXPECT_EQ(column(2, 0), 1);
  EXPECT_EQ(one.shape(), (Shape{1, 1, 1}));
  EXPECT_EQ(one(0, 0, 0), 7);
  EXPECT_EQ(row.shape(), (Shape{1, 2}));
  EXPECT_EQ(row(0, 1), 4);
  EXPECT_EQ(from({4, 2}).shape(), (Shape{2}));
  EXPECT_EQ(from(5).shape(), Shape{});
  EXPECT_EQ(from(5)(), 5);
  EXPECT_EQ(from({}).shape(), (Shape{0}));
  EXPECT_EQ(from({{}, {}}).shape(), (Shape{2, 0}));
}

TEST(From, CopiesContiguousRangesOfAnyNumbers) {
  const Tensor expected{{1, 2}, {3, 4}};
  const int array[] = {1, 2, 3, 4};
  const std::vector<std::uint8_t> bytes{1, 2, 3, 4};
  EXPECT_EQ(from({1, 2, 3, 4}, {2, 2}), expected);
  EXPECT_EQ(from({{1, 2, 3, 4}}, {2, 2}), expected);
  EXPECT_EQ(from(std::vector<double>{1, 2, 3, 4}, {2, 2}), expected);
  EXPECT_EQ(from(std::array<float, 4>{1, 2, 3, 4}, {2, 2}), expected);
  EXPECT_EQ(from(array, {2, 2}), expected);
  EXPECT_EQ(from(std::span(bytes), {2, 2}), expected);
  EXPECT_EQ(from(bytes), (Tensor{1, 2, 3, 4}));
  EXPECT_EQ(from({bytes.data(), 4}, {2, 2}), expected);
  EXPECT_EQ(from({{bytes.data(), 2}, {bytes.data() + 2, 2}}), expected);
  EXPECT_EQ(from(DoubleTensor{{1, 2}, {3, 4}}), expected);  // an array has a shape
  EXPECT_EQ(from(expected, {4}), (Tensor{1, 2, 3, 4}));
  const std::vector<double> first{1, 2};
  EXPECT_EQ(from({first, std::vector<double>{3, 4}}), expected);
}

TEST(From, RefusesRaggedLists) {
  EXPECT_EQ(message([] {
              from({{1, 2}, {3, 4}, {5}});
            }),
            "Values: expected a list of items of shape (2), got shape (1) at index 2.");
  EXPECT_EQ(message([] { from({1, {2}}); }), "Values: expected a list of items of shape (), got shape (1) at index 1.");
  EXPECT_EQ(message([] {
              from({{{1}, {2}}, {{3, 4}}});
            }),
            "Values: expected a list of items of shape (2, 1), got shape (1, 2) at index 1.");
  EXPECT_EQ(message([] { from({1, 2, 3}, {2, 2}); }), "from: expected 4 values for shape (2, 2), got 3.");
}

TEST(CopyInto, OverwritesInPlace) {
  Tensor tensor = zeros({2, 2});
  const Real* data = tensor.data();
  copy_into(tensor, std::vector<Real>{1, 2, 3, 4});
  EXPECT_EQ(tensor, (Tensor{{1, 2}, {3, 4}}));
  EXPECT_EQ(tensor.data(), data);
  EXPECT_EQ(message([&] { copy_into(tensor, std::vector<Real>(3)); }),
            "copy_into: expected 4 values for a tensor of shape (2, 2), got 3.");
  EXPECT_EQ(tensor(0, 0), 1);
  copy_into(tensor, {5, 6, 7, 8});
  EXPECT_EQ(tensor, (Tensor{{5, 6}, {7, 8}}));
}

TEST(Resize, KeepsTheMemoryOfTheLargestBatch) {
  Tensor tensor = zeros({64, 10});
  const Real* data = tensor.data();
  for (const std::size_t rows : {56u, 64u, 0u, 1u, 64u}) {
    resize(tensor, {rows, 10});
    EXPECT_EQ(tensor.shape(), (Shape{rows, 10}));
    EXPECT_EQ(tensor.size(), rows * 10);
    if (rows > 0) {
      EXPECT_EQ(tensor.data(), data) << rows;
    }
  }
  resize(tensor, {16, 5, 8});
  EXPECT_EQ(tensor.data(), data);
  tensor(15, 4, 7) = 3;
  EXPECT_EQ(tensor.data()[639], 3);
}

TEST(Resize, AllocatesExactlyTheNewSize) {
  Tensor tensor;
  for (const std::size_t size : {10u, 11u, 1000u, 1001u}) {
    resize(tensor, {size});
    EXPECT_EQ(tensor.storage().capacity(), size);
  }
}

TEST(Resize, ToTheSameShapeKeepsTheElements) {
  Tensor tensor{{1, 2}, {3, 4}};
  resize(tensor, {2, 2});
  EXPECT_EQ(tensor, (Tensor{{1, 2}, {3, 4}}));
  resize(tensor, {4, 1});  // the same size: the same elements in another shape
  EXPECT_EQ(tensor.data()[3], 4);
  EXPECT_EQ(tensor(3, 0), 4);
}

TEST(Resize, HandlesAxesOfExtentOne) {
  Tensor tensor;
  resize(tensor, {1, 5});
  std::iota(tensor.data(), tensor.data() + 5, Real{0});
  EXPECT_EQ(tensor(0, 4), 4);
  resize(tensor, {5, 1});
  EXPECT_EQ(tensor(4, 0), 4);
  resize(tensor, {});
  EXPECT_EQ(tensor.size(), 1u);
}

TEST(Tensor, StartsOnACacheLine) {
  for (std::size_t size = 1; size < 200; size += 7) {
    const Tensor tensor = zeros({size});
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.data()) % 64, 0u) << size;
    const Tensor copy = tensor;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(copy.data()) % 64, 0u) << size;
  }
}

TEST(Tensor, CopiesAreIndependentAndMovesKeepTheMemory) {
  Tensor a{1, 2, 3};
  Tensor b = a;
  b(0) = 7;
  EXPECT_EQ(a(0), 1);
  const Real* data = a.data();
  const Tensor c = std::move(a);
  EXPECT_EQ(c.data(), data);
}

TEST(AlignedAllocator, RefusesSizesBeyondMemory) {
  AlignedAllocator<Real> allocator;
  EXPECT_THROW(allocator.allocate(static_cast<std::size_t>(-1) / 2), std::bad_array_new_length);
}

TEST(Resize, ReallocatesAMovedFromTensor) {
  Tensor from = zeros({4, 3});
  const Tensor to = std::move(from);
  resize(from, {4, 3});  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(from.size(), 12u);
  EXPECT_EQ(from.storage().size(), 12u);
}

TEST(NumElements, RefusesOverflow) {
  const std::size_t half = std::size_t{1} << 32;
  EXPECT_THROW(num_elements({half, half}), ShapeError);
  EXPECT_THROW(zeros({half, half}), ShapeError);
  EXPECT_EQ(num_elements({half, half, 0}), 0u);
  EXPECT_EQ(num_elements({0, half, half}), 0u);
}

}  // namespace
}  // namespace minnow
