#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/layers/pooling/pooling_window.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// The largest number of each window, torch.nn.MaxPool2d: MaxPool2d(2), MaxPool2d(3, {.stride = 2, .padding = 1}).
/// x: (N, C, H, W), y: (N, C, H', W') with H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1. The
/// first of equal numbers takes the gradient; NaN is larger than any number, and -inf what a dilated window has that
/// steps over the picture.
class MINNOW_API MaxPool2d : public Layer {
 public:
  /// Throws ValueError for sizes of 0 or padding of more than half of the kernel.
  explicit MaxPool2d(Size2d kernel, const PoolingOptions& options = {}) : window_("MaxPool2d", kernel, options) {}
  explicit MaxPool2d(const LayerConfig& config);

  std::string name() const override { return window_.name(); }
  Shape output_shape(const Shape& input) const override { return window_.output_shape(input); }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_x = false, .reads_y = false}; }

 private:
  friend class FusedConv2d;
  explicit MaxPool2d(ConfigReader read);

  PoolingWindow window_;
};

}  // namespace minnow::inline MINNOW_PRECISION
