#include <minnow/minnow.hpp>

#include <iostream>
#include <sstream>

#include <gtest/gtest.h>

namespace {

using namespace minnow;

template <class T>
std::string printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

TEST(PrintTensor, AlignsElementsAndNamesTheShape) {
  EXPECT_EQ(printed(from({{0, 1}, {1, 0}})), "tensor([[0., 1.],\n        [1., 0.]], shape=(2, 2))");
  EXPECT_EQ(printed(from({{0.5, -1.25}, {10, 2}})),
            "tensor([[ 0.5000, -1.2500],\n        [10.0000,  2.0000]], shape=(2, 2))");
  EXPECT_EQ(printed(from({-1, 20, 3})), "tensor([-1., 20.,  3.], shape=(3))");
  EXPECT_EQ(printed(from(7)), "tensor(7., shape=())");
  EXPECT_EQ(printed(from({{{1}, {2}}, {{3}, {4}}})),
            "tensor([[[1.],\n         [2.]],\n\n        [[3.],\n         [4.]]], shape=(2, 2, 1))");
}

TEST(PrintTensor, ShowsSmallLargeAndNonFiniteElements) {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(printed(from({0.5, 2e-5})), "tensor([5.0000e-01, 2.0000e-05], shape=(2))");
  EXPECT_EQ(printed(from({0.5, 750})), "tensor([5.0000e-01, 7.5000e+02], shape=(2))");
  EXPECT_EQ(printed(from({1, 1e9})), "tensor([1.0000e+00, 1.0000e+09], shape=(2))");
  EXPECT_EQ(printed(from({1, 1e6})), "tensor([      1., 1000000.], shape=(2))");
  EXPECT_EQ(printed(from({nan, -nan, infinity, -infinity, 1.5})),
            "tensor([   nan,    nan,    inf,   -inf, 1.5000], shape=(5))");
  EXPECT_EQ(printed(from({-0.0, nan})), "tensor([-0., nan], shape=(2))");
}

TEST(PrintTensor, WrapsLongRows) {
  Tensor row = zeros({30});
  EXPECT_EQ(printed(row),
            "tensor([0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0.,\n"
            "        0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0.], shape=(30))");
}

TEST(PrintTensor, AbbreviatesLargeTensors) {
  Tensor numbers = zeros({1001});
  for (std::size_t i = 0; i < 1001; ++i) numbers(i) = static_cast<Real>(i);
  EXPECT_EQ(printed(numbers), "tensor([   0.,    1.,    2., ...,  998.,  999., 1000.], shape=(1001))");
  Tensor matrix = zeros({8, 500});
  matrix(7, 499) = 9;
  matrix(3, 3) = 5e7;  // is not shown, and does not widen the columns
  EXPECT_EQ(printed(matrix),
            "tensor([[0., 0., 0., ..., 0., 0., 0.],\n"
            "        [0., 0., 0., ..., 0., 0., 0.],\n"
            "        [0., 0., 0., ..., 0., 0., 0.],\n"
            "        ...,\n"
            "        [0., 0., 0., ..., 0., 0., 0.],\n"
            "        [0., 0., 0., ..., 0., 0., 0.],\n"
            "        [0., 0., 0., ..., 0., 0., 9.]], shape=(8, 500))");
  EXPECT_EQ(printed(zeros({2, 2, 600})),  // short axes are complete
            "tensor([[[0., 0., 0., ..., 0., 0., 0.],\n"
            "         [0., 0., 0., ..., 0., 0., 0.]],\n\n"
            "        [[0., 0., 0., ..., 0., 0., 0.],\n"
            "         [0., 0., 0., ..., 0., 0., 0.]]], shape=(2, 2, 600))");
}

TEST(PrintTensor, PrintsEmptyTensors) {
  EXPECT_EQ(printed(zeros({0, 3})), "tensor([], shape=(0, 3))");
  EXPECT_EQ(printed(zeros({2, 0})), "tensor([], shape=(2, 0))");
  Tensor from = zeros({4, 3});
  const Tensor to = std::move(from);
  EXPECT_EQ(printed(from), "tensor([], shape=(0))");  // NOLINT(bugprone-use-after-move)
}

TEST(PrintTensor, PrintsEverythingThatContainsElements) {
  EXPECT_EQ(printed(DoubleTensor{0.25, 0.75}), "tensor([0.2500, 0.7500], shape=(2))");
  Parameter parameter({2});
  parameter.assign({1, 2});
  EXPECT_EQ(printed(parameter.value), "tensor([1., 2.], shape=(2))");
  EXPECT_EQ(printed(FixedTensor()), "no tensor");
  EXPECT_EQ(printed(Shape{64, 3, 32, 32}), "(64, 3, 32, 32)");
}

}  // namespace
