#pragma once

#include <minnow/core/math/detail/dense_kernels.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/shape/flatten.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct BatchNormPass;

/// Runs Flatten, Dense, BatchNorm1d and an activation as one step. The norm and the activation are applied to each
/// block of y while the block is in the cache. Backward computes the activation's derivative and the gradient of the
/// bias in one pass over dy. Flatten costs nothing: the elements of a sample are contiguous. A Plan creates the step;
/// the layers own the parameters.
class FusedDense : public Layer {
 public:
  /// `flatten` and `norm` may be null. With a norm, which uses its running statistics, the step has no backward.
  FusedDense(const Flatten* flatten, Dense& dense, const BatchNorm1d* norm, Activation activation);

  std::string name() const override { return "FusedDense"; }
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  MemoryUse memory_use() const override { return {.reads_y = activation_ != Activation::none}; }

 private:
  void forward_in_steps(const DenseParts& dense, const Tensor& x, Tensor& y, const BatchNormPass& pass) const;

  const Flatten* flatten_;
  Dense& dense_;
  const BatchNorm1d* norm_;
  Activation activation_;
};

}  // namespace minnow::inline MINNOW_PRECISION
