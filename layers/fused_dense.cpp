#include <minnow/layers/fused_dense.hpp>

namespace minnow::inline MINNOW_PRECISION {

FusedDense::FusedDense(const Flatten* flatten, Dense& dense, Activation activation)
    : flatten_(flatten), dense_(dense), activation_(activation) {}

Shape FusedDense::output_shape(const Shape& input) const {
  return dense_.output_shape(flatten_ != nullptr ? flatten_->output_shape(input) : input);
}

void FusedDense::forward(const Tensor& x, Tensor& y, Context&) {
  dense_forward(dense_.pass_parameters(), activation_, x, y);
}

void FusedDense::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  dense_backward(dense_.pass_parameters(), activation_, x, y, dy, dx, &context.scratch<Tensor>());
}

}  // namespace minnow::inline MINNOW_PRECISION
