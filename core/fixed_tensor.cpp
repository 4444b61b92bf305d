#include <minnow/core/error.hpp>
#include <minnow/core/fixed_tensor.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION {

FixedTensor::FixedTensor(FixedTensor&& other) noexcept
    : tensor_(std::move(other.tensor_)), has_shape_(std::exchange(other.has_shape_, false)) {}

void FixedTensor::check_shape(const Shape& shape) const {
  if (has_shape_ && shape != tensor_.shape())
    throw ShapeError("FixedTensor: expected elements of shape " + to_string(tensor_.shape()) + ", got " +
                     to_string(shape) + ". The shape of a parameter or buffer cannot change.");
}

FixedTensor& FixedTensor::operator=(const FixedTensor& other) {
  if (this == &other || !other.has_shape_) return *this;
  return *this = other.tensor_;
}

FixedTensor& FixedTensor::operator=(FixedTensor&& other) {
  if (this == &other || !other.has_shape_) return *this;
  check_shape(other.shape());
  tensor_ = std::move(other.tensor_);
  has_shape_ = std::exchange(other.has_shape_, false) || has_shape_;
  return *this;
}

FixedTensor& FixedTensor::operator=(const Tensor& values) {
  check_shape(values.shape());
  tensor_ = values;
  has_shape_ = true;
  return *this;
}

void FixedTensor::reset() {
  tensor_ = Tensor();
  has_shape_ = false;
}

void FixedTensor::swap(FixedTensor& other) {
  check_shape(other.shape());
  std::swap(tensor_.storage(), other.tensor_.storage());
}

}  // namespace minnow::inline MINNOW_PRECISION
