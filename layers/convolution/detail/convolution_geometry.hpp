#pragma once

#include <minnow/core/precision.hpp>

#include <algorithm>
#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

constexpr std::size_t divide_up(std::size_t n, std::size_t by) { return (n + by - 1) / by; }

/// One axis of a convolution, and the layout of a padded tile along it. A padded tile is the zero-padded copy of some
/// images that the kernels read.
///
/// Padded coordinates count from the first zero before the image. For output o, filter element t reads the coordinate
/// o stride + t dilation. A padded tile stores the coordinates of each phase, u mod stride, next to each other. Element
/// t then reads phase (t dilation) mod stride at o + (t dilation) div stride, a fixed distance from o. Rows are `pitch`
/// apart. Zeros after a row are also those before the next row.
struct ConvolutionAxis {
  std::size_t in, pad_before, pad_after, kernel, dilation, stride;

  std::size_t padded() const { return in + pad_before + pad_after; }
  std::size_t reach() const { return dilation * (kernel - 1) + 1; }  // extent of a dilated filter
  std::size_t out() const { return (padded() - reach()) / stride + 1; }
  std::size_t pitch() const {
    const std::size_t all = divide_up(padded(), stride);
    if (stride > 4) return all;  // rare
    std::size_t result = out();
    for (std::size_t phase = 0; phase < stride; ++phase) {
      const std::size_t zeros = first_position(phase), coordinate = first_coordinate(phase);
      const std::size_t n = coordinate < in ? (in - 1 - coordinate) / stride + 1 : 0;
      result = std::max({result, zeros + n, all > zeros ? all - zeros : 0});
    }
    return result;
  }
  /// The first coordinate of the image that lies in a phase, and its position in the phase.
  std::size_t first_coordinate(std::size_t phase) const { return (phase + stride - pad_before % stride) % stride; }
  std::size_t first_position(std::size_t phase) const { return (first_coordinate(phase) + pad_before) / stride; }
  std::size_t phase(std::size_t t) const { return t * dilation % stride; }
  std::size_t distance(std::size_t t) const { return t * dilation / stride; }

  friend bool operator==(const ConvolutionAxis&, const ConvolutionAxis&) = default;
};

/// The sizes of a convolution of images (N, in, H, W) with filters (out, in / groups, kernel, kernel).
struct ConvolutionGeometry {
  std::size_t in, out, groups;  // channels
  ConvolutionAxis rows, columns;

  std::size_t in_each() const { return in / groups; }
  std::size_t out_each() const { return out / groups; }
  std::size_t filter_size() const { return rows.kernel * columns.kernel; }
  std::size_t taps() const { return in_each() * filter_size(); }  // elements of a filter
  std::size_t in_image() const { return rows.in * columns.in; }
  std::size_t out_image() const { return rows.out() * columns.out(); }
  std::size_t phases() const { return rows.stride * columns.stride; }
  std::size_t padded_image() const { return rows.pitch() * columns.pitch(); }  // of one phase
  std::size_t phase(std::size_t i, std::size_t j) const { return rows.phase(i) * columns.stride + columns.phase(j); }
  std::size_t distance(std::size_t i, std::size_t j) const {
    return rows.distance(i) * columns.pitch() + columns.distance(j);
  }
  std::size_t furthest() const { return distance(rows.kernel - 1, columns.kernel - 1); }

  std::size_t results(std::size_t images) const {  // from the first result of some images in a padded tile to the last
    return (images - 1) * padded_image() + (rows.out() - 1) * columns.pitch() + columns.out();
  }

  /// Returns true if a padded tile would be a copy of the image, which whole vectors cover.
  bool in_place() const {
    constexpr std::size_t lanes = 16;  // a multiple of the lanes of every instruction set
    return filter_size() == 1 && phases() == 1 && in_image() == out_image() && in_image() % lanes == 0;
  }

  friend bool operator==(const ConvolutionGeometry&, const ConvolutionGeometry&) = default;
};

}  // namespace minnow::inline MINNOW_PRECISION
