#pragma once

#include <minnow/core/math/detail/product.hpp>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// The largest n k for which b may be transposed.
inline constexpr std::size_t small_product_max_transposed = 1024;

/// Computes a product whose matrices fit in the first-level cache. It packs nothing; a transposed b is copied once.
/// Below some thousand multiplications, packing and OpenBLAS's checks take longer than the product itself.
/// c_column_stride must be 1.
MINNOW_API void small_product(const Product& product);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
