#pragma once

#include <minnow/core/tensor.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct GemmOptions {
  bool transpose_a = false;
  bool transpose_b = false;
  Real alpha = 1;
  Real beta = 0;  // 0 overwrites c, NaN included
};

/// Computes the matrix product c = alpha op(a) op(b) + beta c, by OpenBLAS or by Minnow's own kernels. op transposes
/// the operand if transpose_a or transpose_b is set.
///   op(a): (M, K), op(b): (K, N), c: (M, N); any extent may be 0.
/// Allocates nothing. Throws ShapeError if the shapes do not match, and ValueError if c is also an operand.
MINNOW_API void gemm(const Tensor& a, const Tensor& b, Tensor& c, const GemmOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION
