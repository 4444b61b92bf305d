#include <minnow/core/kernels.hpp>
#include <minnow/layers/relu.hpp>

namespace minnow::inline MINNOW_PRECISION {

void ReLU::forward(const Tensor& x, Tensor& y, Context&) { kernels::relu(x.data(), y.data(), x.size()); }

void ReLU::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx != nullptr) kernels::relu_backward(y.data(), dy.data(), dx->data(), y.size());
}

}  // namespace minnow::inline MINNOW_PRECISION
