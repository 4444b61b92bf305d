#include <minnow/core/math/kernels.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/activation/tanh.hpp>

namespace minnow::inline MINNOW_PRECISION {

void Tanh::forward(const Tensor& x, Tensor& y, Context&) {
  parallel_for(x.size(), light_grain / 4, [&](std::size_t begin, std::size_t end) {
    kernels::tanh(x.data() + begin, y.data() + begin, end - begin);
  });
}

void Tanh::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx == nullptr) return;
  parallel_for(y.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::tanh_backward(y.data() + begin, dy.data() + begin, dx->data() + begin, end - begin);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
