#pragma once

#include <minnow/layers/convolution/conv2d.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/pooling/max_pool2d.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct BatchNormPass;
struct ConvolutionGeometry;
struct ConvolutionParts;
struct FusedConv2dPass;
struct FusedEpilogue;

/// Runs Conv2d, BatchNorm2d, ReLU and MaxPool2d by 2 x 2 tiles as one step. Each channel of a few images is completed
/// while it is in the cache. Of the activations in between, only the input of the norm is stored. In prediction, the
/// norm is folded into the filters. A Plan creates the step; the layers own the parameters.
class FusedConv2d : public Layer {
 public:
  /// `norm` and `pool` may be null.
  FusedConv2d(Conv2d& conv, BatchNorm2d* norm, bool relu, const MaxPool2d* pool)
      : conv_(conv), norm_(norm), pool_(pool), relu_(relu) {}

  static bool can_pool(const MaxPool2d& pool);

  std::string name() const override { return "FusedConv2d"; }
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  MemoryUse memory_use() const override { return {.reads_y = relu_ && pool_ == nullptr}; }

 private:
  void forward_norm(const ConvolutionParts& conv, const Tensor& x, FusedEpilogue& epilogue,
                    const PassSettings& settings, FusedConv2dPass& pass);
  const BatchNormPass& backward_norm(const ConvolutionGeometry& g, std::size_t batch, const FusedEpilogue& epilogue,
                                     FusedConv2dPass& pass);

  Conv2d& conv_;
  BatchNorm2d* norm_;
  const MaxPool2d* pool_;
  bool relu_;
};

}  // namespace minnow::inline MINNOW_PRECISION
