#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/layers/dense_passes.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Dense and the activation after it in one: the activation is computed on each part of y while that is in the cache,
/// and its slope in the pass over dy that sums up the bias's gradient. What flattens x before it is left out: a
/// sample's numbers lie one after another as they are. Made by fuse(); the parameters are the Dense's own.
class FusedDense : public Layer {
 public:
  /// `layers` are those it stands for, without the activation.
  FusedDense(std::vector<const Layer*> layers, const DenseParameters& parameters, Activation activation);

  std::string name() const override { return "FusedDense"; }
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  MemoryUse memory_use() const override { return {.reads_y = activation_ != Activation::none}; }

 private:
  std::vector<const Layer*> layers_;
  DenseParameters parameters_;
  Activation activation_;
};

}  // namespace minnow::inline MINNOW_PRECISION
