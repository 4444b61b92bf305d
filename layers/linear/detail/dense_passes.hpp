#pragma once

#include <minnow/core/math/detail/dense_kernels.hpp>
#include <minnow/layers/linear/dense.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct BatchNormPass;

/// y = activation(x weight^T + bias), or activation(norm(x weight^T + bias)), each block of y finished while it is in
/// the cache.
///   x: (N, ...) with `in` numbers a sample, y: (N, out).
/// Throws ShapeError when a parameter has lost its shape.
void dense_forward(const DenseParameters& parameters, Activation activation, const Tensor& x, Tensor& y,
                   const BatchNormPass* norm = nullptr);

/// Adds dL/dweight and dL/dbias to the gradients, and writes dL/dx unless dx is null.
///   dz: (N, out), room for dy activation'(y); null without an activation.
void dense_backward(const DenseParameters& parameters, Activation activation, const Tensor& x, const Tensor& y,
                    const Tensor& dy, Tensor* dx, Tensor* dz);

}  // namespace minnow::inline MINNOW_PRECISION
