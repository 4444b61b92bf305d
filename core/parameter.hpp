#pragma once

#include <minnow/core/tensor.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Where backward puts a gradient: grad = beta * grad + dL/dp.
struct GradientTarget {
  Tensor& grad;
  Real beta;  // 0: overwrite what grad holds; 1: add to it
};

/// A trainable tensor and its gradient, owned by value in a layer.
///
/// After an optimizer's step the gradient is stale: the first backward overwrites it, later ones add, so that clearing
/// is never a pass of its own. A layer's backward asks for one of two views, once per parameter:
///   - `grad_target()` for a kernel that can scale what it adds to, such as gemm;
///   - `grad_to_add()` for a plain loop of `+=`; it costs one fill when the gradient was stale.
/// Memory for the gradient is taken at the first backward: a model that only predicts never has any.
class MINNOW_API Parameter {
 public:
  Parameter() = default;
  explicit Parameter(const Shape& shape) : value(zeros(shape)) {}

  /// A copy is a parameter of another model: it has the value but no gradient, and no optimizer. A move takes value and
  /// gradient along; an optimizer points to where they were.
  Parameter(const Parameter& other) : value(other.value), trainable(other.trainable) {}
  Parameter(Parameter&& other) noexcept
      : value(std::move(other.value)),
        grad(std::move(other.grad)),
        trainable(other.trainable),
        fresh_(std::exchange(other.fresh_, false)) {}
  Parameter& operator=(const Parameter& other);
  Parameter& operator=(Parameter&& other) noexcept;
  ~Parameter() = default;

  Tensor value;
  Tensor grad;            // the shape of value, once has_gradient()
  bool trainable = true;  // false freezes it: layers may skip its gradient, optimizers leave it alone

  GradientTarget grad_target();
  Tensor& grad_to_add();

  /// Whether a backward has run since the last step.
  bool has_gradient() const { return fresh_; }

  /// Makes the gradient stale, as step() does: what it holds is forgotten.
  void clear_gradient() { fresh_ = false; }

  /// Whether an optimizer that still lives was built on this parameter.
  bool in_optimizer() const { return !optimizer_.expired(); }

  /// For the optimizer: the parameter is its own for as long as `claim` lives.
  void set_optimizer(const std::shared_ptr<void>& claim) { optimizer_ = claim; }

 private:
  bool fresh_ = false;
  std::weak_ptr<void> optimizer_;
};

/// One entry of a layer's state. Names are PyTorch's, "0.weight", so that state dicts can be exchanged with it.
struct NamedTensor {
  NamedTensor(std::string name_, Parameter& parameter_)
      : name(std::move(name_)), value(&parameter_.value), parameter(&parameter_) {}
  NamedTensor(std::string name_, Tensor& buffer) : name(std::move(name_)), value(&buffer) {}

  std::string name;
  Tensor* value;
  Parameter* parameter = nullptr;  // null for a buffer: saved with the model but not trained, as running_mean
};

}  // namespace minnow::inline MINNOW_PRECISION
