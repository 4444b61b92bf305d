#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/detail/sum_kernel.hpp>
#include <minnow/layers/pooling/global_avg_pool2d.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

Shape GlobalAvgPool2d::output_shape(const Shape& input) const {
  if (input.size() != 4 || input[2] * input[3] == 0)
    throw ShapeError(name() + ": expected input (N, C, H, W) with H and W of at least 1, got " + to_string(input) +
                     ".");
  return {input[0], input[1]};
}

void GlobalAvgPool2d::forward(const Tensor& x, Tensor& y, Context&) {
  const std::size_t size = x.shape()[2] * x.shape()[3];
  parallel_for(y.size(), light_grain / size + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      y.data()[i] = static_cast<Real>(kernels::sum(x.data() + i * size, size) / static_cast<double>(size));
  });
}

void GlobalAvgPool2d::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx == nullptr) return;
  const std::size_t size = dx->shape()[2] * dx->shape()[3];
  parallel_for(y.size(), light_grain / size + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      std::fill_n(dx->data() + i * size, size, dy.data()[i] / static_cast<Real>(size));
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
