#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true;  // has a weight
  bool bias = true;                // has a bias, if elementwise_affine is true
};

/// Normalises over the last axes to mean 0 and variance 1, then applies a trained scale and offset:
/// y = (x - mean) / sqrt(variance + eps) weight + bias (Ba, Kiros and Hinton, "Layer normalization", 2016). The
/// variance divides by the count. If a row is constant and eps is 0, or 0 as a Real, y is the bias and dx is 0; in
/// PyTorch they are NaN. x, y: (N, ..., normalized_shape), weight, bias: normalized_shape.
class MINNOW_API LayerNorm : public Layer {
 public:
  explicit LayerNorm(const LayerConfig& config);
  /// Throws ValueError if there is no extent, an extent is 0, or eps is negative.
  explicit LayerNorm(const Shape& normalized_shape, const LayerNormOptions& options = {});
  explicit LayerNorm(std::size_t features, const LayerNormOptions& options = {})
      : LayerNorm(Shape{features}, options) {}

  std::string name() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_y = false}; }
  using Layer::state;
  std::vector<NamedTensor> state() override;

 private:
  void make_parameters();

  // The first members: an assignment of a layer with other shapes throws before it changes other members.
  Parameter weight_, bias_;
  Shape shape_;
  std::size_t features_;  // elements of shape_
  double eps_;
  bool has_weight_, has_bias_;
};

}  // namespace minnow::inline MINNOW_PRECISION
