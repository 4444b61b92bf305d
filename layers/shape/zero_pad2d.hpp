#pragma once

#include <minnow/core/layer.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// Zeros on the four sides of an image, in PyTorch's order.
struct ZeroPad2dOptions {
  std::size_t left = 0, right = 0, top = 0, bottom = 0;
};

/// Surrounds each image with zeros. x: (N, C, H, W), y: (N, C, top + H + bottom, left + W + right).
class MINNOW_API ZeroPad2d : public Layer {
 public:
  /// Throws ValueError if a side exceeds 65535.
  explicit ZeroPad2d(const ZeroPad2dOptions& zeros);
  explicit ZeroPad2d(std::size_t all) : ZeroPad2d({all, all, all, all}) {}
  explicit ZeroPad2d(const LayerConfig& config);

  std::string name() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_x = false, .reads_y = false}; }

 private:
  ZeroPad2dOptions zeros_;
};

}  // namespace minnow::inline MINNOW_PRECISION
