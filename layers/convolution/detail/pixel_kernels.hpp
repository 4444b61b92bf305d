#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

/// \file
/// Kernels of a convolution whose vectors run over channels. A pixel is the channels of one position; pixels are
/// `stride` elements apart. Elements between the channels and the stride may have any value.

namespace minnow::inline MINNOW_PRECISION::kernels {

inline constexpr std::size_t channel_block = 16;  // a multiple of the lanes of every instruction set
inline constexpr std::size_t pixel_slack = 1024;  // elements that may be written beyond the end of a buffer
inline constexpr std::size_t surplus_rows = 11;   // that multiply_pixels() may read after the rows of a

inline std::size_t padded_channels(std::size_t n) { return (n + channel_block - 1) / channel_block * channel_block; }

/// Output channels, rounded up to vectors and divided into panels as wide as a register tile.
struct Panels {
  std::size_t lanes, vectors, count;

  std::size_t start(std::size_t panel) const { return panel * vectors / count * lanes; }
  std::size_t width(std::size_t panel) const { return start(panel + 1) - start(panel); }
};
Panels panels_of(std::size_t channels);

/// The order of filters in memory. The element (i, j) of the filter from channel c to channel o is at
/// first + o out + c in + i row + j column.
struct FilterOrder {
  std::size_t in_channels, out_channels, rows, columns;
  std::ptrdiff_t first, out, in, row, column;

  std::size_t size() const { return rows * columns; }
  std::ptrdiff_t position(std::size_t o, std::size_t c) const {
    return first + static_cast<std::ptrdiff_t>(o) * out + static_cast<std::ptrdiff_t>(c) * in;
  }
};

/// Packs the filters to the outputs of one panel: [element][in][output of the panel]. The filters to output o are
/// multiplied by scale[o] unless scale is null.
void pack_filters(const FilterOrder& order, const Real* weight, const Real* scale, std::size_t panel, Real* to);

/// Writes gradient = sums + beta gradient for the input channels [first, last). sums: (elements, in, row).
void unpack_gradients(const FilterOrder& order, const Real* sums, std::size_t row, std::size_t first, std::size_t last,
                      Real beta, Real* gradient);

/// The columns of pixels that an output row reads: output o and filter element j read start + o step + j dilation;
/// columns outside [0, width) are zeros.
struct PixelColumns {
  std::ptrdiff_t start;
  std::size_t step, dilation, kernel, width;
};

/// Writes the pixels that each of `outputs` outputs reads from one row, [output][filter column][channel], with `to_row`
/// elements from one output to the next. A row that is null is zeros. Writes up to a vector beyond each output.
void gather_pixels(const Real* row, const PixelColumns& columns, std::size_t channels, std::size_t stride,
                   std::size_t outputs, Real* to, std::size_t to_row);

/// A product of a panel, to = a b + beta to, row by row: a: (rows, k), b: (k, width). Element (i, p) of a is
/// a[i a_row + p a_column]; `width` is a panel's.
struct PixelProduct {
  const Real* a;
  std::size_t a_row, a_column, rows, k;
  const Real* b;
  std::size_t b_row, width;
  Real* to;
  std::size_t to_row;
  Real beta;
};
void multiply_pixels(const PixelProduct& product);

/// Sets negative elements to 0.
void rectify(Real* x, std::size_t n);

/// Writes the transpose of a matrix (rows, columns).
void transpose_matrix(const Real* from, std::size_t rows, std::size_t columns, std::size_t from_row, Real* to,
                      std::size_t to_row);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
