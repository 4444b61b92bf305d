#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/layers/pooling/pooling_window.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct AvgPoolOptions {
  std::optional<Size2d> stride = std::nullopt;  // none: the kernel's size
  Size2d padding = 0;                           // at most half of the kernel
  bool ceil_mode = false;                       // a last window may begin inside the picture and end beyond its padding
  bool count_include_pad = true;                // the zeros of the padding count in the mean
};

/// The mean of each window, torch.nn.AvgPool2d. x: (N, C, H, W), y: (N, C, H', W') with
/// H' = floor((H + 2 padding - kernel) / stride) + 1.
class MINNOW_API AvgPool2d : public Layer {
 public:
  /// Throws ValueError for sizes of 0 or padding of more than half of the kernel.
  explicit AvgPool2d(Size2d kernel, const AvgPoolOptions& options = {});
  explicit AvgPool2d(const LayerConfig& config);

  std::string name() const override { return window_.name(); }
  Shape output_shape(const Shape& input) const override { return window_.output_shape(input); }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_x = false, .reads_y = false}; }

 private:
  explicit AvgPool2d(ConfigReader read);

  PoolingWindow window_;
  bool count_include_pad_;
};

}  // namespace minnow::inline MINNOW_PRECISION
