#pragma once

#include <minnow/core/fixed_tensor.hpp>

#include <memory>
#include <span>
#include <string>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

/// Where backward writes a gradient: grad = beta * grad + dL/dp.
struct GradientTarget {
  FixedTensor& grad;
  Real beta;  // 0 overwrites what grad holds, 1 adds to it
};

/// A trainable tensor and its gradient, owned by value in a layer. Its shape is fixed when it is made.
///
/// After an optimizer's step the gradient is stale: the first backward overwrites it, later ones add, so that no
/// separate pass clears it. A layer's backward calls one of two functions, once per parameter:
///   - `grad_target()` for a kernel that can scale what it adds to, such as gemm;
///   - `grad_to_add()` for a plain loop of `+=`; it costs one fill if the gradient is stale.
/// The first backward pass allocates the gradient. A model used only for prediction never allocates one.
class MINNOW_API Parameter {
 public:
  Parameter() = default;  // without a shape, which the first assignment gives it
  explicit Parameter(const Shape& shape) : value(shape) {}

  /// A copy is a parameter of another model: it has the value but no gradient, and no optimizer. A move takes value and
  /// gradient along, but no optimizer: an optimizer points to the parameter that was moved from.
  Parameter(const Parameter& other) : value(other.value), trainable(other.trainable) {}
  Parameter(Parameter&& other) noexcept
      : value(std::move(other.value)),
        grad(std::move(other.grad)),
        trainable(other.trainable),
        fresh_(std::exchange(other.fresh_, false)) {}

  /// Copies or moves the value; the gradient becomes stale, and an optimizer of this parameter stays. Throws ShapeError
  /// if the shapes differ.
  Parameter& operator=(const Parameter& other);
  Parameter& operator=(Parameter&& other);
  ~Parameter() = default;

  /// Copies `values`, row by row; the gradient becomes stale. Throws ShapeError if their number differs.
  void assign(std::span<const Real> values);

  FixedTensor value;
  FixedTensor grad;       // of value's shape, once has_gradient()
  bool trainable = true;  // false freezes it: layers may skip its gradient, and optimizers do not change it

  GradientTarget grad_target();
  FixedTensor& grad_to_add();

  /// Returns true if a backward pass has run since the last step.
  bool has_gradient() const { return fresh_; }

  /// Makes the gradient stale, as step() does: the next backward overwrites it.
  void clear_gradient() { fresh_ = false; }

  /// Returns true if an optimizer that still exists was built on this parameter.
  bool in_optimizer() const { return !optimizer_.expired(); }

  /// For optimizers: the parameter belongs to one as long as `claim` exists.
  void set_optimizer(const std::shared_ptr<void>& claim) { optimizer_ = claim; }

 private:
  bool fresh_ = false;
  std::weak_ptr<void> optimizer_;
};

/// One entry of a layer's state. Names are PyTorch's, "0.weight", so that state dicts can be exchanged with it.
struct NamedTensor {
  NamedTensor(std::string name_, Parameter& parameter_)
      : name(std::move(name_)), value(&parameter_.value), parameter(&parameter_) {}
  NamedTensor(std::string name_, FixedTensor& buffer) : name(std::move(name_)), value(&buffer) {}

  std::string name;
  FixedTensor* value;
  Parameter* parameter = nullptr;  // null for a buffer: saved with the model but not trained, as running_mean
};

/// The same to look at.
struct NamedConstTensor {
  std::string name;
  const FixedTensor* value;
  const Parameter* parameter;
};

}  // namespace minnow::inline MINNOW_PRECISION
