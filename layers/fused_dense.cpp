#include <minnow/layers/fused_dense.hpp>

namespace minnow::inline MINNOW_PRECISION {

FusedDense::FusedDense(std::vector<const Layer*> layers, const DenseParameters& parameters, Activation activation)
    : layers_(std::move(layers)), parameters_(parameters), activation_(activation) {}

Shape FusedDense::output_shape(const Shape& input) const {
  Shape shape = input;
  for (const Layer* layer : layers_) shape = layer->output_shape(shape);
  return shape;
}

void FusedDense::forward(const Tensor& x, Tensor& y, Context&) { dense_forward(parameters_, activation_, x, y); }

void FusedDense::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  dense_backward(parameters_, activation_, x, y, dy, dx, &context.scratch<Tensor>());
}

}  // namespace minnow::inline MINNOW_PRECISION
