#pragma once

#include <minnow/layers/convolution/detail/convolution_geometry.hpp>
#include <minnow/layers/convolution/detail/pixel_kernels.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// One axis of a correlation: output o and filter element t read position start + o step + t dilation of `in`
/// positions, or 0 outside of them.
struct PixelAxis {
  std::size_t in, out, kernel, step, dilation;
  std::ptrdiff_t start;
};

/// A correlation of one group of channels.
struct PixelGeometry {
  std::size_t in, out;  // channels
  PixelAxis rows, columns;

  /// Returns true if Winograd's algorithm computes it. Its sums are shorter than those of the direct algorithm, and its
  /// errors are smaller.
  bool winograd() const;
  /// Returns true if output o reads input o alone.
  bool pointwise() const;
  /// Returns true if products read the input where it is: pointwise, and an image is large enough for register tiles.
  /// Then positions are neighbours, and channels are a plane apart.
  bool in_place() const;

  std::size_t unit() const { return winograd() ? 2 : 1; }       // rows and columns of a tile
  std::size_t elements() const { return winograd() ? 16 : 1; }  // products of a tile
  std::size_t depth() const { return winograd() ? in : in * rows.kernel * columns.kernel; }  // terms of a product
};

/// Returns the correlation that computes one group of a convolution.
PixelGeometry forward_geometry(const ConvolutionGeometry& g);

/// Returns the order of the filters of one group of a convolution.
kernels::FilterOrder forward_order(const ConvolutionGeometry& g, std::size_t group);

/// dx at the positions first, first + step, ... of an axis, as a correlation of dy. The filter elements that reach
/// these positions are element, element + element_step, ...
struct GradientPhase {
  PixelAxis axis;
  std::size_t first, step;
  std::ptrdiff_t element, element_step;
};

/// Returns phase `index` of axis.stride phases. A phase without filter elements has kernel 0: dx is 0 there.
GradientPhase gradient_phase(const ConvolutionAxis& axis, std::size_t index);

}  // namespace minnow::inline MINNOW_PRECISION
