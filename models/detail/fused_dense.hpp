#pragma once

#include <minnow/layers/linear/detail/dense_passes.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/shape/flatten.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Dense and the activation after it in one: the activation is computed on each part of y while that is in the cache,
/// and its slope in the pass over dy that sums up the bias's gradient. What flattens x before it is left out: a
/// sample's numbers lie one after another as they are. Made by a Plan; the parameters are the Dense's own.
class FusedDense : public Layer {
 public:
  /// `flatten` may be null, and so may `norm`, which evaluates and has no way back: for prediction.
  FusedDense(const Flatten* flatten, Dense& dense, const BatchNorm1d* norm, Activation activation);

  std::string name() const override { return "FusedDense"; }
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  MemoryUse memory_use() const override { return {.reads_y = activation_ != Activation::none}; }

 private:
  const Flatten* flatten_;
  Dense& dense_;  // asked anew for its parameters in each pass: one may be assigned to it
  const BatchNorm1d* norm_;
  Activation activation_;
};

}  // namespace minnow::inline MINNOW_PRECISION
