#pragma once

#include <minnow/layers/convolution/detail/pixel_kernels.hpp>

/// \file
/// The transforms of Winograd's convolution F(2 x 2, 3 x 3), on pixels: Lavin and Gray, Fast Algorithms for
/// Convolutional Neural Networks (2015). An output tile of 2 x 2 needs 16 products per channel instead of 36.

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Transformed tiles: element e of tile t is a pixel at data + e element + t tile.
template <class T>
struct TransformedTiles {
  T* data;
  std::size_t element, tile;
};

/// Rows of pixels that a row of tiles reads. Row r is rows[r], or zeros if it is null. Column c of the tiles is pixel
/// start + c; columns outside [0, width) are zeros.
struct TileRows {
  const Real* rows[4];
  std::size_t stride;
  std::ptrdiff_t start;
  std::size_t width;
};

/// Writes G g G^T of the filters to the outputs of the panels [first, last) as 16 packed matrices:
/// [panel][in][output of the panel]. The filters to output o are multiplied by scale[o] unless scale is null.
void transform_filters(const FilterOrder& order, const Real* weight, const Real* scale, std::size_t first,
                       std::size_t last, Real* to);

/// Writes gradient = G^T m G + beta gradient for the input channels [first, last). m: 16 matrices with
/// row stride `row`, `element` apart.
void transform_gradients(const FilterOrder& order, const Real* m, std::size_t element, std::size_t row,
                         std::size_t first, std::size_t last, Real beta, Real* gradient);

/// Writes B^T d B of each 4 x 4 tile of a row of tiles. Neighbouring tiles are 2 columns apart.
void transform_input(const TileRows& from, std::size_t channels, std::size_t tiles, TransformedTiles<Real> to);

/// Writes A dy A^T of each 2 x 2 tile of a row of tiles.
void transform_output_gradient(const TileRows& from, std::size_t channels, std::size_t tiles,
                               TransformedTiles<Real> to);

/// Writes A^T m A + bias of each tile of a row of tiles as two rows of 2 tiles pixels. bias may be null.
void transform_output(TransformedTiles<const Real> from, std::size_t channels, std::size_t tiles, const Real* bias,
                      Real* top, Real* bottom, std::size_t stride);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
