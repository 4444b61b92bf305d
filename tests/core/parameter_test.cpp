#include <minnow/core/error.hpp>
#include <minnow/core/parameter.hpp>

#include <tests/support/message.hpp>

#include <memory>
#include <utility>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(Parameter, StartsAtZeroWithoutAGradient) {
  const Parameter parameter({2, 3});
  EXPECT_EQ(parameter.value, zeros({2, 3}));
  EXPECT_FALSE(parameter.has_gradient());
  EXPECT_FALSE(parameter.in_optimizer());
  EXPECT_TRUE(parameter.trainable);
  EXPECT_LE(parameter.grad.size(), 1u) << "the first backward pass allocates the gradient";
}

TEST(Parameter, TheFirstGradientOverwritesAndLaterOnesAdd) {
  Parameter parameter({2});
  {
    const auto [grad, beta] = parameter.grad_target();
    EXPECT_EQ(beta, 0);
    EXPECT_EQ(grad.shape(), Shape{2});
    grad.fill(3);
  }
  EXPECT_TRUE(parameter.has_gradient());
  EXPECT_EQ(parameter.grad_target().beta, 1);
  EXPECT_EQ(parameter.grad_to_add(), (Tensor{3, 3})) << "a fresh gradient must be kept";
}

TEST(Parameter, AStaleGradientIsOverwritten) {
  Parameter parameter({2});
  parameter.grad_to_add().fill(1000);
  parameter.clear_gradient();
  EXPECT_FALSE(parameter.has_gradient());
  EXPECT_EQ(parameter.grad_to_add(), zeros({2}));
  parameter.clear_gradient();
  EXPECT_EQ(parameter.grad_target().beta, 0);
}

TEST(Parameter, KeepsTheMemoryOfTheGradient) {
  Parameter parameter({8});
  const Real* data = parameter.grad_to_add().data();
  parameter.clear_gradient();
  EXPECT_EQ(parameter.grad_to_add().data(), data);
}

TEST(Parameter, ACopyHasOnlyTheValue) {
  Parameter parameter({2});
  parameter.value.fill(5);
  parameter.trainable = false;
  parameter.grad_to_add().fill(1);
  const auto claim = std::make_shared<char>();
  parameter.set_optimizer(claim);
  Parameter copy = parameter;
  EXPECT_EQ(copy.value, (Tensor{5, 5}));
  EXPECT_FALSE(copy.trainable);
  EXPECT_FALSE(copy.has_gradient());
  EXPECT_FALSE(copy.in_optimizer());
  copy.value.fill(6);
  EXPECT_EQ(parameter.value(0), 5);
  EXPECT_EQ(copy.grad_to_add(), zeros({2}));
}

TEST(Parameter, AnAssignedParameterStaysInItsOptimizer) {
  Parameter target({3}), source({3});
  const auto claim = std::make_shared<char>();
  target.set_optimizer(claim);
  target.grad_to_add().fill(1);
  source.value.fill(4);
  target = source;
  EXPECT_TRUE(target.in_optimizer());
  EXPECT_FALSE(target.has_gradient());
  EXPECT_EQ(target.value, (Tensor{4, 4, 4}));
  EXPECT_EQ(target.grad_to_add(), zeros({3}));

  const Parameter& itself = target;
  target = itself;
  EXPECT_EQ(target.value, (Tensor{4, 4, 4}));
  EXPECT_TRUE(target.has_gradient()) << "assigning a parameter to itself changes nothing";
}

TEST(Parameter, KeepsTheShapeItWasMadeWith) {
  Parameter parameter({2});
  parameter.grad_to_add().fill(1);
  const std::string expected =
      "FixedTensor: expected elements of shape (2), got (3). The shape of a parameter or buffer cannot change.";
  EXPECT_EQ(message<ShapeError>([&] { parameter = Parameter({3}); }), expected);
  EXPECT_EQ(message<ShapeError>([&] { parameter.value = Tensor{1, 2, 3}; }), expected);
  EXPECT_EQ(message<ShapeError>([&] {
              parameter.assign(Tensor{1, 2, 3}.storage());
            }),
            "copy_into: expected 2 values for a tensor of shape (2), got 3.");
  EXPECT_EQ(parameter.value, zeros({2}));
  EXPECT_TRUE(parameter.has_gradient()) << "an assignment that fails changes nothing";
  parameter.assign(Tensor{1, 2}.storage());
  EXPECT_EQ(parameter.value, (Tensor{1, 2}));
  EXPECT_FALSE(parameter.has_gradient());
  Parameter later;
  later = Parameter({3});
  EXPECT_EQ(later.value.shape(), Shape{3}) << "a parameter made without a shape gets one by assignment";
  EXPECT_THROW(later = Parameter({2}), ShapeError);
}

TEST(Parameter, BelongsToAnOptimizerWhileTheOptimizerExists) {
  Parameter parameter({2});
  EXPECT_FALSE(parameter.in_optimizer());
  {
    const auto claim = std::make_shared<char>();
    parameter.set_optimizer(claim);
    EXPECT_TRUE(parameter.in_optimizer());
  }
  EXPECT_FALSE(parameter.in_optimizer());
}

TEST(Parameter, AMoveKeepsEverythingExceptTheOptimizer) {
  Parameter parameter({2});
  parameter.grad_to_add().fill(1);
  const auto claim = std::make_shared<char>();
  parameter.set_optimizer(claim);
  const Parameter moved = std::move(parameter);
  EXPECT_TRUE(moved.has_gradient());
  EXPECT_FALSE(moved.in_optimizer()) << "the optimizer points to the parameter that was moved from";
  EXPECT_EQ(moved.grad, (Tensor{1, 1}));
}

TEST(Parameter, CanBeAScalarOrEmpty) {
  Parameter scalar(Shape{}), empty({0, 3});
  EXPECT_EQ(scalar.grad_to_add()(), 0);
  EXPECT_EQ(empty.grad_to_add().shape(), (Shape{0, 3}));
  EXPECT_TRUE(empty.has_gradient());
}

TEST(NamedTensor, PointsToAParameterOrABuffer) {
  Parameter parameter({2});
  FixedTensor buffer({3});
  const NamedTensor weight{"weight", parameter}, mean{"running_mean", buffer};
  EXPECT_EQ(weight.parameter, &parameter);
  EXPECT_EQ(weight.value, &parameter.value);
  EXPECT_EQ(mean.parameter, nullptr);
  EXPECT_EQ(mean.value, &buffer);
}

}  // namespace
}  // namespace minnow
