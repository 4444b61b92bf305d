#include <minnow/core/error.hpp>
#include <minnow/datasets/dataset.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <tests/support/message.hpp>

#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

namespace minnow {
namespace {

static_assert(std::is_same_v<decltype(std::declval<const Batch&>().input(0)), std::span<const Real>>);
static_assert(std::is_same_v<decltype(std::declval<const Batch&>().target(0)), std::span<const Real>>);

TEST(Batch, ReturnsTheRowOfOneSample) {
  Batch batch;
  batch.inputs = zeros({3, 2, 2});
  batch.targets = zeros({3});
  for (std::size_t r = 0; r < 3; ++r) {
    ASSERT_EQ(batch.input(r).size(), 4U);
    ASSERT_EQ(batch.target(r).size(), 1U);
    batch.input(r)[3] = static_cast<Real>(10 * r);
    batch.target(r)[0] = static_cast<Real>(r + 1);
  }
  EXPECT_EQ(batch.targets, (Tensor{1, 2, 3}));
  EXPECT_EQ(batch.inputs, (Tensor{{{0, 0}, {0, 0}}, {{0, 0}, {0, 10}}, {{0, 0}, {0, 20}}}));
  const Batch& same = batch;
  EXPECT_EQ(same.input(1).data(), batch.inputs.data() + 4);
  EXPECT_EQ(same.target(2)[0], 3);
}

TEST(Batch, RejectsARowOutOfRange) {
  Batch batch;
  batch.inputs = zeros({3, 2});
  batch.targets = zeros({3, 5});
  EXPECT_EQ(message<ValueError>([&] { batch.input(3); }), "Batch::input: expected a row below 3, got 3.");
  EXPECT_EQ(message<ValueError>([&] { batch.target(7); }), "Batch::target: expected a row below 3, got 7.");
  const Batch empty;
  EXPECT_EQ(message<ValueError>([&] { empty.input(0); }), "Batch::input: expected a row below 0, got 0.");
}

TEST(Batch, IsResizedForADataset) {
  const TensorDataset plain(zeros({5, 3, 2}), zeros({5})), weighted(zeros({5, 4}), zeros({5, 6}), {}, zeros({5}));
  Batch batch;
  resize(batch, weighted, 2);
  EXPECT_EQ(batch.inputs.shape(), (Shape{2, 4}));
  EXPECT_EQ(batch.targets.shape(), (Shape{2, 6}));
  ASSERT_TRUE(batch.weights);
  EXPECT_EQ(batch.weights->shape(), Shape{2});
  resize(batch, plain, 3);
  EXPECT_EQ(batch.inputs.shape(), (Shape{3, 3, 2}));
  EXPECT_EQ(batch.targets.shape(), Shape{3});
  EXPECT_FALSE(batch.weights);
}

}  // namespace
}  // namespace minnow
