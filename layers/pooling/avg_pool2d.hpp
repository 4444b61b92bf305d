#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/layers/pooling/pooling_window.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct AvgPoolOptions {
  std::optional<Size2d> stride = std::nullopt;  // default: the kernel's size
  Size2d padding = 0;                           // at most half of the kernel
  bool ceil_mode = false;                       // the last window may start inside the image and end beyond its padding
  bool count_include_pad = true;                // the mean includes the zeros of the padding
};

/// Computes the mean of each window, as torch.nn.AvgPool2d. x: (N, C, H, W), y: (N, C, H', W') with
/// H' = floor((H + 2 padding - kernel) / stride) + 1.
class MINNOW_API AvgPool2d : public Layer {
 public:
  explicit AvgPool2d(const LayerConfig& config);
  /// Throws ValueError if a size is 0 or the padding exceeds half of the kernel.
  explicit AvgPool2d(Size2d kernel, const AvgPoolOptions& options = {});

  std::string name() const override { return window_.name(); }
  Shape output_shape(const Shape& input) const override { return window_.output_shape(input); }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_x = false, .reads_y = false}; }

 private:
  PoolingWindow window_;
  bool count_include_pad_;
};

}  // namespace minnow::inline MINNOW_PRECISION
