#pragma once

#include <minnow/core/init.hpp>
#include <minnow/core/layer.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/core/size2d.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

struct ConvolutionGeometry;
struct FilterGradients;

/// Zeros around a picture: as many on either side, or what keeps its size, "same": with an even reach the odd zero
/// comes last, as in PyTorch.
struct Padding2d {
  Padding2d(int both) : zeros(Size2d(both)) {}
  Padding2d(std::size_t both) : zeros(Size2d(both)) {}
  Padding2d(std::size_t height, std::size_t width) : zeros(Size2d(height, width)) {}
  static Padding2d same() { return Padding2d(); }

  std::optional<Size2d> zeros;  // none: same

 private:
  Padding2d() = default;
};

struct Conv2dOptions {
  Size2d stride = 1;
  Padding2d padding = 0;
  Size2d dilation = 1;     // distance between the elements of a filter
  std::size_t groups = 1;  // outputs see the inputs of their group alone
  bool bias = true;
  Init init = Init::he;  // with fan_in = in / groups * kernel height * kernel width
};

/// The convolution of pictures (cross-correlation, as everywhere in the field), torch.nn.Conv2d:
///   y[n, o, h, w] = bias[o] + sum over c, i, j of
///                   weight[o, c, i, j] x[n, c, h stride + i dilation - padding, w stride + j dilation - padding]
/// x: (N, in, H, W), weight: (out, in / groups, kernel height, kernel width), bias: (out), y: (N, out, H', W') with
/// H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.
class MINNOW_API Conv2d : public Layer {
 public:
  /// Draws the weights from `rng`. Throws ValueError when a size is 0 or beyond what anybody means, groups do not
  /// divide the channels, or padding is "same" with a stride.
  Conv2d(std::size_t in, std::size_t out, Size2d kernel, Rng& rng, const Conv2dOptions& options = {});
  explicit Conv2d(const LayerConfig& config);

  std::string name() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_y = false}; }
  std::vector<NamedTensor> state() override;

 private:
  Conv2d(std::size_t in, std::size_t out, Size2d kernel, const Conv2dOptions& options);
  explicit Conv2d(ConfigReader read);
  friend class FusedConv2d;
  ConvolutionGeometry geometry(const Shape& input) const;
  FilterGradients trained();
  void check_parameters() const;

  std::size_t in_, out_, groups_;
  Size2d kernel_, stride_, dilation_;
  Padding2d padding_;
  bool has_bias_;
  Parameter weight_, bias_;
};

}  // namespace minnow::inline MINNOW_PRECISION
