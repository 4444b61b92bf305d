#include <minnow/core/detail/allocation_limit.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/fixed_tensor.hpp>

#include <algorithm>
#include <ostream>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Throws ShapeError if the memory cannot be allocated. Sizes above the limit are refused at once, because some systems
/// grant more memory than they have.
Tensor allocate(const Shape& shape) {
  constexpr std::size_t limit = std::size_t{1} << 40;
  detail::AllocationLimit::count(shape);
  try {
    if (num_elements(shape) <= limit) return zeros(shape);
  } catch (const std::bad_alloc&) {
  }
  throw ShapeError("FixedTensor: expected a shape that fits in memory, got " + to_string(shape) + ".");
}

}  // namespace

FixedTensor::FixedTensor(const Shape& shape) : tensor_(allocate(shape)), has_shape_(true) {}

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
  changing() = std::move(other.changing());
  has_shape_ = true;
  other.has_shape_ = false;
  return *this;
}

FixedTensor& FixedTensor::operator=(const Tensor& values) {
  check_shape(values.shape());
  changing() = values;
  has_shape_ = true;
  return *this;
}

void FixedTensor::assign(const Values& values) {
  if (has_shape_) return copy_into(changing(), values);
  if (values.size() != 0)
    throw ShapeError("FixedTensor: expected a tensor with a shape, got " + std::to_string(values.size()) +
                     " values for a tensor without a shape. Assign a Tensor first.");
}

std::ostream& operator<<(std::ostream& out, const FixedTensor& tensor) {
  return tensor.has_shape() ? out << tensor.tensor() : out << "no tensor";
}

void FixedTensor::fill(Real value) { std::fill_n(data(), size(), value); }

void FixedTensor::reset() {
  changing() = Tensor();
  has_shape_ = false;
}

void FixedTensor::swap(FixedTensor& other) {
  if (has_shape_ != other.has_shape_)
    throw ShapeError("FixedTensor: expected two tensors of the same shape, got one without a shape.");
  if (!has_shape_) return;
  check_shape(other.shape());
  std::swap(changing().storage(), other.changing().storage());
}

}  // namespace minnow::inline MINNOW_PRECISION
