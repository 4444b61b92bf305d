#pragma once

#include <minnow/core/math/detail/strided_product.hpp>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// The largest b, n k, whose columns, and not rows, may lie one after another.
inline constexpr std::size_t small_product_most_turned = 1024;

/// Computes a product of matrices that fit in the first-level cache, c row-major, without packing anything but a b that
/// lies column after column: below some thousand multiplications that, and what OpenBLAS asks before it begins, takes
/// longer than the product.
MINNOW_API void small_product(const StridedProduct& product);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
