#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/layers/pooling/pooling_window.hpp>

namespace minnow::inline MINNOW_PRECISION {

namespace detail {
struct LayerAccess;
}

/// Computes the largest element of each window, as torch.nn.MaxPool2d: MaxPool2d(2), MaxPool2d(3, {.stride = 2,
/// .padding = 1}). x: (N, C, H, W), y: (N, C, H', W') with
/// H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1. The first of equal elements gets the gradient.
/// NaN exceeds every number. The output is -inf if all elements of a dilated window lie outside the image.
class MINNOW_API MaxPool2d : public Layer {
 public:
  explicit MaxPool2d(const LayerConfig& config);
  /// Throws ValueError if a size is 0 or the padding exceeds half of the kernel.
  explicit MaxPool2d(Size2d kernel, const PoolingOptions& options = {}) : window_("MaxPool2d", kernel, options) {}

  std::string name() const override { return window_.name(); }
  Shape output_shape(const Shape& input) const override { return window_.output_shape(input); }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_x = false, .reads_y = false}; }

 private:
  friend struct detail::LayerAccess;
  const PoolingWindow& parts() const { return window_; }

  PoolingWindow window_;
};

}  // namespace minnow::inline MINNOW_PRECISION
