#include <minnow/core/detail/layer_access.hpp>
#include <minnow/layers/linear/detail/dense_passes.hpp>
#include <minnow/layers/normalization/detail/batch_norm_passes.hpp>
#include <minnow/models/detail/fused_dense.hpp>

namespace minnow::inline MINNOW_PRECISION {

using detail::LayerAccess;

FusedDense::FusedDense(const Flatten* flatten, Dense& dense, const BatchNorm1d* norm, Activation activation)
    : flatten_(flatten), dense_(dense), norm_(norm), activation_(activation) {}

Shape FusedDense::output_shape(const Shape& input) const {
  const Shape shape = dense_.output_shape(flatten_ != nullptr ? flatten_->output_shape(input) : input);
  return norm_ != nullptr ? norm_->output_shape(shape) : shape;
}

void FusedDense::forward(const Tensor& x, Tensor& y, Context& context) {
  const DenseParts dense = LayerAccess::parts(dense_);
  if (norm_ == nullptr)
    return dense_forward(dense, x, y, [this](const DenseBlock& block) { block.add_bias(activation_); });
  const BatchNormValues norm = LayerAccess::parts(*norm_);
  auto& pass = context.scratch<BatchNormPass>();
  prepare_evaluation(norm, y.shape(), pass);
  if (y.dimension() != 2) return forward_in_steps(dense, x, y, pass);
  dense_forward(dense, x, y, [&](DenseBlock block) {
    block.add_bias(Activation::none);
    kernels::normalize(block.y, block.y, {block.rows, block.columns, block.stride}, &pass.mean[block.column],
                       &pass.scale[block.column], &pass.shift[block.column]);
    block.bias = nullptr;
    block.add_bias(activation_);
  });
}

/// Computes product, norm and activation one after another: the norm's channels are the second axis of y, not the
/// columns of a block.
void FusedDense::forward_in_steps(const DenseParts& dense, const Tensor& x, Tensor& y,
                                  const BatchNormPass& pass) const {
  dense_forward(dense, x, y, [](const DenseBlock& block) { block.add_bias(Activation::none); });
  if (y.size() == 0) return;
  for_channels(pass, y.shape()[1],
               [&](std::size_t first, std::size_t last) { normalize_channels(pass, y.data(), y.data(), first, last); });
  parallel_for(y.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::bias_activation(activation_, nullptr, y.data() + begin, 1, end - begin, end - begin);
  });
}

void FusedDense::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  dense_backward(LayerAccess::parts(dense_), activation_, x, y, dy, dx, &context.scratch<Tensor>());
}

}  // namespace minnow::inline MINNOW_PRECISION
