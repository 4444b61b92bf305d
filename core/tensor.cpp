#include <minnow/core/detail/tensor_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/tensor.hpp>

#include <algorithm>
#include <ostream>

namespace minnow::inline MINNOW_PRECISION {

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + ")";
}

std::size_t num_elements(const Shape& shape) {
  std::size_t product = 1;
  bool overflow = false, empty = false;
  for (const std::size_t extent : shape) {
    overflow = __builtin_mul_overflow(product, extent, &product) || overflow;
    empty = empty || extent == 0;
  }
  if (empty) return 0;
  if (overflow) throw ShapeError("num_elements: expected a shape that fits in memory, got " + to_string(shape) + ".");
  return product;
}

Tensor zeros(const Shape& shape) {
  Tensor tensor;
  resize(tensor, shape);
  std::fill(tensor.storage().begin(), tensor.storage().end(), Real{0});
  return tensor;
}

Values::Values(std::initializer_list<Values> items)
    : shape_{items.size()}, data_(items.begin()), count_(items.size()), copy_(copy_items) {
  if (items.size() == 0) return;
  const Shape& first = items.begin()->shape_;
  for (std::size_t i = 1; i < items.size(); ++i)
    if (const Shape& other = items.begin()[i].shape_; other != first)
      throw ShapeError("Values: expected a list of items of shape " + to_string(first) + ", got shape " +
                       to_string(other) + " at index " + std::to_string(i) + ".");
  for (const std::size_t extent : first) shape_.push_back(extent);
}

Real* Values::copy_items(const void* data, std::size_t count, Real* out) {
  const auto* items = static_cast<const Values*>(data);
  for (std::size_t i = 0; i < count; ++i) out = items[i].copy_to(out);
  return out;
}

Tensor from(const Values& values) { return from(values, values.shape()); }

Tensor from(const Values& values, const Shape& shape) {
  if (values.size() != num_elements(shape))
    throw ShapeError("from: expected " + std::to_string(num_elements(shape)) + " values for shape " + to_string(shape) +
                     ", got " + std::to_string(values.size()) + ".");
  Tensor tensor;
  resize(tensor, shape);
  values.copy_to(tensor.data());
  return tensor;
}

void copy_into(Tensor& tensor, const Values& values) {
  if (values.size() != tensor.size())
    throw ShapeError("copy_into: expected " + std::to_string(tensor.size()) + " values for a tensor of shape " +
                     to_string(tensor.shape()) + ", got " + std::to_string(values.size()) + ".");
  values.copy_to(tensor.data());
}

template <class T>
std::ostream& operator<<(std::ostream& out, const BasicTensor<T>& tensor) {
  const bool moved_from = tensor.storage().size() < num_elements(tensor.shape());
  return out << tensor_text(moved_from ? Shape{0} : tensor.shape(),
                            [&](std::size_t i) { return static_cast<double>(tensor.data()[i]); });
}
template std::ostream& operator<<(std::ostream& out, const BasicTensor<float>& tensor);
template std::ostream& operator<<(std::ostream& out, const BasicTensor<double>& tensor);

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << to_string(shape); }

void resize(Tensor& tensor, const Shape& shape) {
  auto& storage = tensor.storage();
  if (tensor.shape() == shape && !storage.empty()) return;  // a moved-from tensor has a shape but no elements
  const std::size_t size = num_elements(shape);
  if (size > storage.capacity()) {
    storage.clear();  // otherwise the vector would double its capacity and copy the old elements
    storage.reserve(size);
  }
  tensor.resize(shape, true);  // `true`: also if the shape is unchanged
}

}  // namespace minnow::inline MINNOW_PRECISION
