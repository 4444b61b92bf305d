#include <minnow/core/parameter.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

Parameter& Parameter::operator=(const Parameter& other) {
  if (this != &other) {
    value = other.value;
    trainable = other.trainable;
    fresh_ = false;  // stays in its optimizer, if it has one: the value changed, the owner did not
  }
  return *this;
}

Parameter& Parameter::operator=(Parameter&& other) noexcept {
  if (this != &other) {
    value = std::move(other.value);
    grad = std::move(other.grad);
    trainable = other.trainable;
    fresh_ = std::exchange(other.fresh_, false);
  }
  return *this;
}

GradientTarget Parameter::grad_target() {
  resize(grad, value.shape());
  return {grad, std::exchange(fresh_, true) ? Real{1} : Real{0}};
}

Tensor& Parameter::grad_to_add() {
  const auto [target, beta] = grad_target();
  if (beta == 0) std::fill_n(target.data(), target.size(), Real{0});
  return target;
}

}  // namespace minnow::inline MINNOW_PRECISION
