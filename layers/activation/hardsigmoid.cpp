#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/activation/detail/activation_kernels.hpp>
#include <minnow/layers/activation/hardsigmoid.hpp>

namespace minnow::inline MINNOW_PRECISION {

void Hardsigmoid::forward(const Tensor& x, Tensor& y, Context&) {
  parallel_for(x.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::hardsigmoid(x.data() + begin, y.data() + begin, end - begin);
  });
}

void Hardsigmoid::backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context&) {
  if (dx == nullptr) return;
  parallel_for(x.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::hardsigmoid_backward(x.data() + begin, dy.data() + begin, dx->data() + begin, end - begin);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
