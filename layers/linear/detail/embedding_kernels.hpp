#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Computes y_k = row ids_k of weight, for k < n. The ids are integers.
void gather_rows(const Real* ids, const Real* weight, Real* y, std::size_t n, std::size_t cols);

/// Adds columns [begin, end) of dy_k to row ids_k of grad, for all k < n in order. Row `skipped` stays unchanged.
void add_rows(const Real* ids, const Real* dy, Real* grad, std::size_t n, std::size_t cols, std::size_t begin,
              std::size_t end, std::size_t skipped);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
