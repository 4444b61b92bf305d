#include <minnow/core/detail/gradient_recorder.hpp>
#include <minnow/core/parameter.hpp>

namespace minnow::inline MINNOW_PRECISION {

Parameter& Parameter::operator=(const Parameter& other) {
  if (this == &other) return *this;
  value = other.value;
  trainable = other.trainable;
  fresh_ = false;
  return *this;
}

Parameter& Parameter::operator=(Parameter&& other) {
  if (this == &other) return *this;
  value = std::move(other.value);
  grad = std::move(other.grad);
  trainable = other.trainable;
  fresh_ = std::exchange(other.fresh_, false);
  return *this;
}

void Parameter::assign(const Values& values) {
  value.assign(values);
  fresh_ = false;
}

GradientTarget Parameter::grad_target() {
  GradientRecorder::record(*this);
  if (!grad.has_shape()) grad = FixedTensor(value.shape());
  return {grad, std::exchange(fresh_, true) ? Real{1} : Real{0}};
}

FixedTensor& Parameter::grad_to_add() {
  const auto [target, beta] = grad_target();
  if (beta == 0) target.fill(0);
  return target;
}

}  // namespace minnow::inline MINNOW_PRECISION
