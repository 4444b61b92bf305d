#include <minnow/core/math/kernels.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/activation/sigmoid.hpp>

namespace minnow::inline MINNOW_PRECISION {

void Sigmoid::forward(const Tensor& x, Tensor& y, Context&) {
  parallel_for(x.size(), light_grain / 4, [&](std::size_t begin, std::size_t end) {
    kernels::sigmoid(x.data() + begin, y.data() + begin, end - begin);
  });
}

void Sigmoid::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx == nullptr) return;
  parallel_for(y.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::sigmoid_backward(y.data() + begin, dy.data() + begin, dx->data() + begin, end - begin);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
