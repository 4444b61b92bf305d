#pragma once

#include <minnow/layers/convolution/conv2d.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/pooling/max_pool2d.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct FusedConv2dPass;

/// Conv2d and what follows it, a batch norm, ReLU and pooling by 2 x 2 tiles, in one: each channel of a few pictures is
/// finished while it is in the cache, and of what lies between only what went into the norm is kept. Where no backward
/// follows, an evaluating norm is folded into the filters. Made by a Plan; the parameters are the layers' own.
class FusedConv2d : public Layer {
 public:
  /// `norm` and `pool` may be null.
  FusedConv2d(Conv2d& conv, BatchNorm2d* norm, bool relu, const MaxPool2d* pool)
      : conv_(conv), norm_(norm), pool_(pool), relu_(relu) {}

  /// The norm's part of this layer's.
  static Context& norm_context(Context& context);

  static bool can_pool(const MaxPool2d& pool) { return pool.window_.tiles_2x2(); }

  std::string name() const override { return "FusedConv2d"; }
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  MemoryUse memory_use() const override { return {.reads_y = relu_ && pool_ == nullptr}; }

 private:
  void forward_norm(const Tensor& x, Tensor& y, Mode mode, FusedConv2dPass& pass);

  Conv2d& conv_;
  BatchNorm2d* norm_;
  const MaxPool2d* pool_;
  bool relu_;
};

}  // namespace minnow::inline MINNOW_PRECISION
