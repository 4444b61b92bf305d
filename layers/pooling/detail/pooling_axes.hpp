#pragma once

#include <minnow/core/precision.hpp>

#include <algorithm>
#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// A range of rows or columns.
struct Span {
  std::size_t first, count;
};

/// The windows along an axis. Tap k of window `at` is the padded coordinate at stride + k dilation; the image is at
/// [padding, padding + size).
struct PoolingAxis {
  std::size_t size, windows, kernel, stride, padding, dilation;

  /// The taps of a window in the image; none if it lies in the padding.
  Span taps(std::size_t at) const {
    const std::size_t begin = at * stride >= padding ? 0 : (padding - at * stride + dilation - 1) / dilation;
    const std::size_t end = std::min(kernel, (padding + size - at * stride + dilation - 1) / dilation);
    return {begin, end > begin ? end - begin : 0};
  }
  /// The coordinates of the taps in the image, `dilation` apart.
  Span coordinates(std::size_t at) const {
    const Span inside = taps(at);
    return {inside.count > 0 ? at * stride + inside.first * dilation - padding : 0, inside.count};
  }
  /// The windows, without dilation, that contain a coordinate of the image.
  Span windows_at(std::size_t coordinate) const {
    const std::size_t padded = coordinate + padding, end = std::min(padded / stride + 1, windows);
    const std::size_t begin = padded < kernel ? 0 : (padded - kernel) / stride + 1;
    return {begin, end > begin ? end - begin : 0};
  }

  /// A padded row consists of `stride` phases: the coordinates phase, phase + stride, ... A phase has whole vectors.
  std::size_t phase_size() const {
    const std::size_t read = windows + dilation * (kernel - 1) / stride, image = (padding + size) / stride + 1;
    return (std::max(read, image) + 15) / 16 * 16;
  }
  std::size_t padded_size() const { return stride * phase_size(); }
  /// Where a padded coordinate is in the phases.
  std::size_t position(std::size_t padded) const { return padded % stride * phase_size() + padded / stride; }
};

/// The windows over planes, and tables of what kernels read for each row, tap or column.
struct PoolingAxes {
  PoolingAxis rows, columns;
  const Span* row_spans;               // of each row of windows: the rows of a plane, rows.dilation apart
  const std::size_t* tap_positions;    // of each column tap of window 0
  const std::size_t* phase_positions;  // of columns 0 ... stride - 1
};

}  // namespace minnow::inline MINNOW_PRECISION::kernels
