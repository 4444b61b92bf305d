#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// How many rows of `scores` (N, C) have their largest score where the target says: `targets` are class indices (N), or
/// (N, C) with the largest at the true class. Allocates nothing. Throws ShapeError when the shapes do not fit.
MINNOW_API std::size_t count_correct(const Tensor& scores, const Tensor& targets);

}  // namespace minnow::inline MINNOW_PRECISION
