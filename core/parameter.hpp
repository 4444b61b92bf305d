#pragma once

#include <minnow/core/fixed_tensor.hpp>

#include <memory>
#include <span>
#include <string>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

/// Where a backward pass writes a gradient: grad = beta * grad + dL/dp.
struct GradientTarget {
  FixedTensor& grad;
  Real beta;  // 0 overwrites grad, 1 adds to it
};

/// A trainable tensor and its gradient, owned by value in a layer. Its shape is fixed when it is made.
///
/// After an optimizer's step the gradient is stale: the first backward pass overwrites it, later ones add to it. No
/// separate pass sets it to 0. A layer's backward calls one of two functions, once per parameter:
///   - `grad_target()` for a kernel that computes grad = beta * grad + dL/dp, such as gemm;
///   - `grad_to_add()` for a plain loop of `+=`. It fills a stale gradient with 0.
/// The first backward pass allocates the gradient. A model used only for prediction never allocates one.
class MINNOW_API Parameter {
 public:
  /// A parameter without a shape. The first assignment sets its shape.
  Parameter() = default;

  /// A value of zeros. Throws ShapeError if the shape does not fit in memory.
  explicit Parameter(const Shape& shape) : value(shape) {}

  /// A copy has the value and `trainable`, but no gradient and no optimizer. A move also moves the gradient. An
  /// optimizer of `other` still points to `other`.
  Parameter(const Parameter& other) : value(other.value), trainable(other.trainable) {}
  Parameter(Parameter&& other) noexcept
      : value(std::move(other.value)),
        grad(std::move(other.grad)),
        trainable(other.trainable),
        fresh_(std::exchange(other.fresh_, false)) {}

  /// Copies or moves the value and `trainable`. After a copy the gradient is stale; a move also moves the gradient. The
  /// optimizer of this parameter stays. An `other` without a shape leaves the value unchanged. Throws ShapeError, and
  /// changes nothing, if the shapes differ.
  Parameter& operator=(const Parameter& other);
  Parameter& operator=(Parameter&& other);
  ~Parameter() = default;

  /// Copies `values`, row by row; the gradient becomes stale. Throws ShapeError if their number is not value.size().
  void assign(const Values& values);

  FixedTensor value;
  FixedTensor grad;       // of value's shape after the first backward pass; without a shape before
  bool trainable = true;  // false freezes the value: layers may skip its gradient, and optimizers do not change it

  /// Returns the gradient with beta = 0 if it is stale, otherwise with beta = 1. It then counts as written.
  GradientTarget grad_target();

  /// Returns the gradient, filled with 0 if it was stale. It then counts as written.
  FixedTensor& grad_to_add();

  /// Returns true if a backward pass has written the gradient since the last step.
  bool has_gradient() const { return fresh_; }

  /// Makes the gradient stale, as step() does: the next backward pass overwrites it.
  void clear_gradient() { fresh_ = false; }

  /// Returns true if an optimizer that still exists was built on this parameter.
  bool in_optimizer() const { return !optimizer_.expired(); }

  /// For optimizers: in_optimizer() returns true as long as `claim` exists.
  void set_optimizer(const std::shared_ptr<void>& claim) { optimizer_ = claim; }

 private:
  bool fresh_ = false;
  std::weak_ptr<void> optimizer_;
};

/// One entry of a layer's state. The names are PyTorch's, "0.weight", so that both can read each other's state dicts.
struct NamedTensor {
  NamedTensor(std::string name_, Parameter& parameter_)
      : name(std::move(name_)), value(&parameter_.value), parameter(&parameter_) {}
  NamedTensor(std::string name_, FixedTensor& buffer) : name(std::move(name_)), value(&buffer) {}

  std::string name;
  FixedTensor* value;
  Parameter* parameter = nullptr;  // null for a buffer, which is saved but not trained: running_mean
};

/// A read-only entry of a layer's state.
struct NamedConstTensor {
  std::string name;
  const FixedTensor* value;
  const Parameter* parameter;
};

}  // namespace minnow::inline MINNOW_PRECISION
