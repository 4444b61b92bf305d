#pragma once

#include <minnow/core/layer_config.hpp>
#include <minnow/core/size2d.hpp>
#include <minnow/core/tensor.hpp>

#include <optional>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

struct PoolingOptions {
  std::optional<Size2d> stride = std::nullopt;  // default: the kernel's size
  Size2d padding = 0;                           // at most half of the kernel
  Size2d dilation = 1;                          // distance between the elements of a window
  bool ceil_mode = false;                       // the last window may start inside the image and end beyond its padding
};

/// The windows of a pooling layer over (N, C, H, W).
class MINNOW_API PoolingWindow {
 public:
  /// `name` is the layer's class name, used in errors. Throws ValueError if a size is 0 or the padding exceeds half of
  /// the kernel.
  PoolingWindow(const std::string& name, Size2d kernel, const PoolingOptions& options);

  /// Reads the attributes that write() adds.
  PoolingWindow(const std::string& name, ConfigReader& read);

  /// Adds kernel, stride, padding, dilation and ceil_mode to `config`.
  void write(LayerConfig& config) const;

  /// Throws ShapeError if the input is smaller than one window.
  Shape output_shape(const Shape& input) const;

  /// Returns true if the windows are adjacent 2 x 2 tiles without padding.
  bool tiles_2x2() const;

  const std::string& name() const { return name_; }
  Size2d kernel() const { return kernel_; }
  Size2d stride() const { return stride_; }
  Size2d padding() const { return padding_; }
  Size2d dilation() const { return dilation_; }

 private:
  std::string name_;
  Size2d kernel_, stride_, padding_, dilation_;
  bool ceil_mode_;
};

}  // namespace minnow::inline MINNOW_PRECISION
