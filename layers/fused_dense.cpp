#include <minnow/layers/fused_dense.hpp>

namespace minnow::inline MINNOW_PRECISION {

Shape FusedDense::output_shape(const Shape& input) const { return {input[0], parameters_.weight->value.shape()[0]}; }

void FusedDense::forward(const Tensor& x, Tensor& y, Context&) { dense_forward(parameters_, activation_, x, y); }

void FusedDense::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  dense_backward(parameters_, activation_, x, y, dy, dx, &context.scratch<Tensor>());
}

}  // namespace minnow::inline MINNOW_PRECISION
