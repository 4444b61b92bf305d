#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/pooling/detail/pooling_axes.hpp>
#include <minnow/layers/pooling/pooling_window.hpp>

#include <algorithm>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

/// The tables of a pass, and its workspaces, which are aligned to cache lines.
struct PoolingTables {
  std::vector<kernels::Span> row_spans;
  std::vector<std::size_t> tap_positions, phase_positions;
  std::vector<Real, AlignedAllocator<Real>> workspaces;

  /// Describes the windows over x of shape `x`; y has shape `y`.
  kernels::PoolingAxes describe(const PoolingWindow& window, const Shape& x, const Shape& y) {
    const Size2d kernel = window.kernel(), stride = window.stride(), padding = window.padding(),
                 dilation = window.dilation();
    const kernels::PoolingAxis rows{x[2], y[2], kernel.height, stride.height, padding.height, dilation.height};
    const kernels::PoolingAxis columns{x[3], y[3], kernel.width, stride.width, padding.width, dilation.width};
    row_spans.resize(y[2]);
    tap_positions.resize(kernel.width);
    phase_positions.resize(stride.width);
    for (std::size_t h = 0; h < y[2]; ++h) row_spans[h] = rows.coordinates(h);
    for (std::size_t k = 0; k < kernel.width; ++k) tap_positions[k] = columns.position(k * dilation.width);
    for (std::size_t c = 0; c < stride.width; ++c) phase_positions[c] = columns.position(padding.width + c);
    return {rows, columns, row_spans.data(), tap_positions.data(), phase_positions.data()};
  }
};

/// Calls body(first, last, workspace) for ranges of rows on all threads. `work` is the number of elements that a row
/// reads. Each range has its own workspace of `workspace_size` elements in `tables`.
template <class Body>
void for_rows(std::size_t rows, std::size_t work, std::size_t workspace_size, PoolingTables& tables, const Body& body) {
  const std::size_t most_ranges = std::clamp<std::size_t>((1 << 20) / workspace_size, 8, 64);
  const std::size_t grain = std::max(light_grain / (work + 1), rows / most_ranges) + 1;
  auto& workspaces = tables.workspaces;
  workspaces.resize(std::max(workspaces.size(), (rows / grain + 1) * workspace_size));
  minnow::parallel_for(rows, grain, [&](std::size_t first, std::size_t last) {
    body(first, last, workspaces.data() + first / grain * workspace_size);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
