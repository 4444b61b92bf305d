#include <minnow/core/error.hpp>
#include <minnow/layers/shape/flatten.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

Shape Flatten::output_shape(const Shape& input) const {
  if (input.empty()) throw ShapeError("Flatten: expected input (N, ...), got a scalar. Add a batch axis.");
  std::size_t features = 1;
  for (std::size_t axis = 1; axis < input.size(); ++axis) features *= input[axis];
  return {input[0], features};
}

void Flatten::forward(const Tensor& x, Tensor& y, Context&) { std::copy_n(x.data(), x.size(), y.data()); }

void Flatten::backward(const Tensor&, const Tensor&, const Tensor& dy, Tensor* dx, Context&) {
  if (dx != nullptr) std::copy_n(dy.data(), dy.size(), dx->data());
}

}  // namespace minnow::inline MINNOW_PRECISION
