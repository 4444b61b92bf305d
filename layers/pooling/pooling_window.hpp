#pragma once

#include <minnow/core/layer_config.hpp>
#include <minnow/core/size2d.hpp>
#include <minnow/core/tensor.hpp>

#include <optional>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

struct PoolingOptions {
  std::optional<Size2d> stride = std::nullopt;  // none: the kernel's size
  Size2d padding = 0;                           // at most half of the kernel
  Size2d dilation = 1;                          // distance between the numbers of a window
  bool ceil_mode = false;                       // a last window may begin inside the picture and end beyond its padding
};

/// The windows of a pooling layer over (N, C, H, W).
class MINNOW_API PoolingWindow {
 public:
  /// `name` is that of the layer's class, for errors. Throws ValueError for sizes of 0 or too much padding.
  PoolingWindow(const std::string& name, Size2d kernel, const PoolingOptions& options);

  /// Reads the attributes that write() adds.
  PoolingWindow(const std::string& name, ConfigReader& read);

  /// Adds kernel, stride, padding, dilation and ceil_mode to `config`.
  void write(LayerConfig& config) const;

  /// Throws ShapeError when there is no window.
  Shape output_shape(const Shape& input) const;

  /// Whether the windows are 2 x 2 tiles.
  bool tiles_2x2() const;

  /// Of output h or w: the coordinates begin, begin + dilation, ... below end lie in the picture; `padded_end` is where
  /// the window ends in its padding.
  struct Span {
    std::ptrdiff_t first;  // before the picture when negative
    std::size_t begin, end, padded_end;
  };
  Span rows(std::size_t h, std::size_t height) const;
  Span columns(std::size_t w, std::size_t width) const;

  const std::string& name() const { return name_; }
  Size2d kernel() const { return kernel_; }
  Size2d dilation() const { return dilation_; }

 private:
  std::string name_;
  Size2d kernel_, stride_, padding_, dilation_;
  bool ceil_mode_;
};

}  // namespace minnow::inline MINNOW_PRECISION
