#pragma once

#include <minnow/core/init.hpp>
#include <minnow/core/layer.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/core/size2d.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

namespace detail {
struct LayerAccess;
}
struct ConvolutionGeometry;
struct ConvolutionParts;

/// Zeros around an image: the same number on both sides, or "same": as few zeros as an output of size ceil(size /
/// stride) needs. An odd zero comes last. This is PyTorch's "same", which requires stride 1, and TensorFlow's for any
/// stride.
struct Padding2d {
  Padding2d(int both) : zeros(Size2d(both)) {}
  Padding2d(std::size_t both) : zeros(Size2d(both)) {}
  Padding2d(std::size_t height, std::size_t width) : zeros(Size2d(height, width)) {}
  static Padding2d same() { return Padding2d(); }

  std::optional<Size2d> zeros;  // none: "same"

 private:
  Padding2d() = default;
};

struct Conv2dOptions {
  Size2d stride = 1;
  Padding2d padding = 0;
  Size2d dilation = 1;     // distance between the elements of a filter
  std::size_t groups = 1;  // outputs depend on the inputs of their group only
  bool bias = true;
  Init init = Init::he;  // with fan_in = in / groups * kernel height * kernel width
};

/// Convolves images (as a cross-correlation, as is usual), as torch.nn.Conv2d:
///   y[n, o, h, w] = bias[o] + sum over c, i, j of
///                   weight[o, c, i, j] x[n, c, h stride + i dilation - padding, w stride + j dilation - padding]
/// x: (N, in, H, W), weight: (out, in / groups, kernel height, kernel width), bias: (out), y: (N, out, H', W') with
/// H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.
///
/// Filters of 3 x 3 and stride 1 between 16 or more channels are computed with Winograd's algorithm. A NaN or infinite
/// input then makes all outputs of a 2 x 2 tile NaN, even those that do not read it.
class MINNOW_API Conv2d : public Layer {
 public:
  explicit Conv2d(const LayerConfig& config);
  /// Draws the weights from `rng`. Throws ValueError if a size is 0 or exceeds 2^16, or if groups do not divide the
  /// channels.
  Conv2d(std::size_t in, std::size_t out, Size2d kernel, Rng& rng, const Conv2dOptions& options = {});

  std::string name() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_y = false}; }
  using Layer::state;
  std::vector<NamedTensor> state() override;

 private:
  friend struct detail::LayerAccess;
  void set_up(std::size_t in, std::size_t out, Size2d kernel, const Conv2dOptions& options);
  ConvolutionParts parts(const Shape& input);
  ConvolutionGeometry geometry(const Shape& input) const;

  // First, so that assigning a layer with other shapes throws before anything has changed.
  Parameter weight_, bias_;
  std::size_t in_, out_, groups_;
  Size2d kernel_ = 1, stride_ = 1, dilation_ = 1;
  Padding2d padding_ = 0;
  bool has_bias_;
};

}  // namespace minnow::inline MINNOW_PRECISION
