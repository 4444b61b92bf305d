#pragma once

#include <minnow/layers/pooling/detail/pooling_axes.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Rows that the kernels compute together. A vector that spans two recent stores waits for them, so each step is
/// completed for the group before the next step.
inline std::size_t pooling_group(const PoolingAxes& axes) { return 1024 / axes.columns.padded_size() + 1; }
inline std::size_t pooling_workspace(const PoolingAxes& axes) {
  return 2 * pooling_group(axes) * axes.columns.padded_size();
}

/// Writes rows [first, last) of y, the maxima of the windows over all planes of x; a plane has axes.rows.windows rows.
/// NaN exceeds every number. `workspace` has pooling_workspace(axes) elements.
void max_pool_rows(const PoolingAxes& axes, const Real* x, Real* y, std::size_t first, std::size_t last,
                   Real* workspace);

/// The windows of an average pooling. The mean of window (h, w) divides by row_counts[h] column_counts[w].
struct AveragePooling : PoolingAxes {
  const Real *row_counts, *column_counts, *row_inverses, *column_inverses;
  const Span* covering;               // of each row of a plane: the rows of windows that contain it
  const Real *last_windows, *phases;  // of each column: the last window that may contain it, and the tap in it
};

/// Writes the means instead.
void average_pool_rows(const AveragePooling& pooling, const Real* x, Real* y, std::size_t first, std::size_t last,
                       Real* workspace);

/// Writes rows [first, last) of dx; a plane has rows.size rows.
void average_pool_backward_rows(const AveragePooling& pooling, const Real* dy, Real* dx, std::size_t first,
                                std::size_t last, Real* workspace);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
