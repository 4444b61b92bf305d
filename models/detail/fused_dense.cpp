#include <minnow/layers/normalization/detail/batch_norm_pass.hpp>
#include <minnow/models/detail/fused_dense.hpp>

namespace minnow::inline MINNOW_PRECISION {

FusedDense::FusedDense(const Flatten* flatten, Dense& dense, const BatchNorm1d* norm, Activation activation)
    : flatten_(flatten), dense_(dense), norm_(norm), activation_(activation) {}

Shape FusedDense::output_shape(const Shape& input) const {
  const Shape shape = dense_.output_shape(flatten_ != nullptr ? flatten_->output_shape(input) : input);
  return norm_ != nullptr ? norm_->output_shape(shape) : shape;
}

void FusedDense::forward(const Tensor& x, Tensor& y, Context& context) {
  if (norm_ == nullptr) return dense_forward(dense_.pass_parameters(), activation_, x, y);
  auto& pass = context.scratch<BatchNormPass>();
  norm_->prepare_evaluation(y.shape(), pass);
  dense_forward(dense_.pass_parameters(), activation_, x, y, &pass);
}

void FusedDense::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  dense_backward(dense_.pass_parameters(), activation_, x, y, dy, dx, &context.scratch<Tensor>());
}

}  // namespace minnow::inline MINNOW_PRECISION
