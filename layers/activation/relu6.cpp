#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/activation/detail/activation_kernels.hpp>
#include <minnow/layers/activation/relu6.hpp>

namespace minnow::inline MINNOW_PRECISION {

void ReLU6::forward(const Tensor& x, Tensor& y, Context&) {
  parallel_for(x.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::relu6(x.data() + begin, y.data() + begin, end - begin);
  });
}

void ReLU6::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx == nullptr) return;
  parallel_for(y.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::relu6_backward(y.data() + begin, dy.data() + begin, dx->data() + begin, end - begin);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
