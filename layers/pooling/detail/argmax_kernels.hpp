#pragma once

#include <minnow/layers/pooling/detail/pooling_axes.hpp>

#include <cstddef>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Exceeds the argmax of any element by more than the padding. An argmax outside of the plane belongs to a window in
/// the padding.
inline constexpr std::uint32_t no_element = 1U << 30;

/// Rows of y that the kernel computes together, and rows of x that these may read. A vector that spans two recent
/// stores waits for them, so each step is completed for the group before the next step. Rows of x are computed in
/// pairs.
struct ArgmaxGroup {
  std::size_t windows, rows;

  explicit ArgmaxGroup(const PoolingAxes& axes)
      : windows(2048 / (axes.columns.padded_size() * axes.rows.stride) + 1),
        rows(std::min(axes.rows.size,
                      (windows - 1) * axes.rows.stride + axes.rows.dilation * (axes.rows.kernel - 1) + 1) +
             1) {}
  std::size_t workspace(const PoolingAxis& columns) const {
    return rows * columns.padded_size() + (2 * rows + 1) * columns.phase_size();
  }
};

/// Writes rows [first, last) of y, the maxima of the windows over all planes of x, and the index of each maximum in its
/// plane: of the first of equal elements, or of the last NaN, as in PyTorch. A plane has axes.rows.windows rows.
/// `workspace` has the size that ArgmaxGroup states.
void max_pool_argmax_rows(const PoolingAxes& axes, const Real* x, Real* y, std::uint32_t* argmax, std::size_t first,
                          std::size_t last, Real* workspace);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
