#include <minnow/core/kernels.hpp>
#include <minnow/layers/sigmoid.hpp>

namespace minnow::inline MINNOW_PRECISION {

void Sigmoid::forward(const Tensor& x, Tensor& y, Context&) { kernels::sigmoid(x.data(), y.data(), x.size()); }

void Sigmoid::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx != nullptr) kernels::sigmoid_backward(y.data(), dy.data(), dx->data(), y.size());
}

}  // namespace minnow::inline MINNOW_PRECISION
