#include <minnow/core/kernels.hpp>
#include <minnow/layers/tanh.hpp>

namespace minnow::inline MINNOW_PRECISION {

void Tanh::forward(const Tensor& x, Tensor& y, Context&) { kernels::tanh(x.data(), y.data(), x.size()); }

void Tanh::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx != nullptr) kernels::tanh_backward(y.data(), dy.data(), dx->data(), y.size());
}

}  // namespace minnow::inline MINNOW_PRECISION
