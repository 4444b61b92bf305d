#pragma once

#include <minnow/layers/convolution/detail/pixel_geometry.hpp>
#include <minnow/layers/convolution/detail/winograd_kernels.hpp>

#include <algorithm>
#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// Memory that is divided into buffers. Without memory it counts what the buffers need.
class Arena {
 public:
  explicit Arena(Real* memory = nullptr) : memory_(memory) {}

  Real* take(std::size_t n) {
    Real* taken = memory_ != nullptr ? memory_ + used_ : nullptr;
    used_ += kernels::padded_channels(n + kernels::pixel_slack);
    return taken;
  }
  std::size_t used() const { return used_; }
  Real* rest() const { return memory_ + used_; }

 private:
  Real* memory_;
  std::size_t used_ = 0;
};

/// The channels of one group in images in memory: those of an image are consecutive.
struct ChannelPlanes {
  const Real* data;
  std::size_t channels, image, height, width;  // image: elements from one image to the next

  std::size_t plane() const { return height * width; }
};

/// The input or output channels of one group of a convolution, in x or y.
ChannelPlanes input_planes(const ConvolutionGeometry& g, const Real* x, std::size_t group);
ChannelPlanes output_planes(const ConvolutionGeometry& g, const Real* y, std::size_t group);

/// The tiles of some rows in each of some images: tile rows [top, top + rows) of the images [first, first + images).
struct TileBlock {
  std::size_t first, images, top, rows;
};

/// The output tiles of some images, divided into blocks that stay in the cache. A tile is one output, or 2 x 2 outputs
/// with Winograd's algorithm. Each block contains whole images, or rows of one image.
class Tiles {
 public:
  /// The number of blocks is a multiple of the number of workers if that is possible.
  Tiles(const PixelGeometry& g, std::size_t images, std::size_t workers);

  std::size_t per_block() const { return block_images_ * block_rows_ * columns; }
  std::size_t blocks() const { return divide_up(images_, block_images_) * row_blocks_; }
  TileBlock block(std::size_t index) const;
  std::size_t count(const TileBlock& block) const { return block.images * block.rows * columns; }
  /// Returns the number of tiles before a block.
  std::size_t first(std::size_t index) const {
    if (index == blocks()) return images_ * rows * columns;
    const TileBlock at = block(index);
    return (at.first * rows + at.top) * columns;
  }
  std::size_t block_images() const { return block_images_; }
  std::size_t block_rows() const { return block_rows_; }

  std::size_t rows, columns;  // of an image

 private:
  std::size_t images_, block_images_, block_rows_, row_blocks_;
};

/// Some rows of one image as pixels.
class PixelRows {
 public:
  /// Takes memory for `rows` rows. Row r of the pixels is row first + r every of the image.
  PixelRows(Arena& arena, const ChannelPlanes& planes, std::size_t rows, std::size_t every = 1);

  /// Reads `rows` rows from `first` on. Rows outside of the image are zeros.
  void read(std::size_t image, std::ptrdiff_t first, std::size_t rows);

  /// Returns the pixels of a row of the image, or null if they are zeros.
  const Real* row(std::ptrdiff_t row) const;

  std::size_t stride() const { return stride_; }
  const ChannelPlanes& planes() const { return planes_; }

 private:
  ChannelPlanes planes_;
  std::size_t every_, stride_;
  Real* data_;
  std::ptrdiff_t first_ = 0;
};

/// Reads and transforms the tiles of blocks: either what the correlation reads, or the gradient of its outputs.
class TileReader {
 public:
  enum class Reads { input, output_gradient };
  TileReader(Arena& arena, const PixelGeometry& g, const ChannelPlanes& planes, const Tiles& tiles, Reads reads);

  /// Writes the transformed tiles of a block: Winograd's transform, or the pixels that each output reads or that it is.
  void transform(const TileBlock& block, kernels::TransformedTiles<Real> to);

 private:
  bool copies() const { return !g_.winograd() && (reads_ == Reads::output_gradient || g_.pointwise()); }
  void transform_row(std::size_t tile_row, kernels::TransformedTiles<Real> to) const;

  const PixelGeometry& g_;
  const Tiles& tiles_;
  Reads reads_;
  PixelRows rows_;
};

/// Returns the elements from one transformed tile to the next: enough for a copy in whole vectors, and an odd number of
/// cache lines, so that tiles do not compete for the same cache sets.
inline std::size_t tile_stride(std::size_t depth) {
  return kernels::channel_block * ((depth + 2 * kernels::channel_block - 2) / kernels::channel_block | 1);
}

/// Returns the elements from one element of n transformed tiles to the next, such that the elements of a tile do not
/// compete for the same cache sets.
inline std::size_t element_stride(std::size_t n, std::size_t tile) {
  constexpr std::size_t page = 1024, lines = 5;
  return divide_up(n * tile, page) * page + lines * kernels::channel_block;
}

}  // namespace minnow::inline MINNOW_PRECISION
