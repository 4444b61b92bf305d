#include <minnow/layers/convolution/detail/pixel_blocks.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr std::size_t block_tiles = 240;         // of a block: more tiles reuse the packed filters more often
constexpr std::size_t block_elements = 1 << 17;  // of the transformed tiles: they stay in the L2 cache
constexpr std::size_t min_block_tiles = 24, winograd_block_tiles = 96;

std::size_t tiles_of_block(const PixelGeometry& g) {
  return g.winograd() ? winograd_block_tiles : std::clamp(block_elements / g.depth(), min_block_tiles, block_tiles);
}

/// Returns the rows of the image that the tile rows of a block read.
std::size_t rows_read(const PixelGeometry& g, const Tiles& tiles, TileReader::Reads reads) {
  if (reads == TileReader::Reads::output_gradient) return g.unit() * tiles.block_rows();
  if (g.winograd()) return 2 * tiles.block_rows() + 2;
  if (g.rows.kernel == 1) return tiles.block_rows();
  return (tiles.block_rows() - 1) * g.rows.step + (g.rows.kernel - 1) * g.rows.dilation + 1;
}

ChannelPlanes planes_of(const Real* data, std::size_t channels, std::size_t group_channels, std::size_t group,
                        std::size_t height, std::size_t width) {
  return {data + group * group_channels * height * width, group_channels, channels * height * width, height, width};
}

}  // namespace

ChannelPlanes input_planes(const ConvolutionGeometry& g, const Real* x, std::size_t group) {
  return planes_of(x, g.in, g.in_each(), group, g.rows.in, g.columns.in);
}

ChannelPlanes output_planes(const ConvolutionGeometry& g, const Real* y, std::size_t group) {
  return planes_of(y, g.out, g.out_each(), group, g.rows.out(), g.columns.out());
}

Tiles::Tiles(const PixelGeometry& g, std::size_t images, std::size_t workers)
    : rows(divide_up(g.rows.out, g.unit())), columns(divide_up(g.columns.out, g.unit())), images_(images) {
  const std::size_t each = rows * columns, wanted = tiles_of_block(g);
  const std::size_t most = std::clamp<std::size_t>(wanted / each, 1, images);
  block_images_ = divide_up(images, std::min(images, divide_up(divide_up(images, most), workers) * workers));
  const std::size_t even = 2 / g.unit();  // blocks begin at even rows, for an epilogue that pools
  block_rows_ = std::min(rows, divide_up(divide_up(rows, divide_up(each, wanted)), even) * even);
  if (each <= wanted) block_rows_ = rows;
  row_blocks_ = divide_up(rows, block_rows_);
}

TileBlock Tiles::block(std::size_t index) const {
  const std::size_t first = index / row_blocks_ * block_images_, top = index % row_blocks_ * block_rows_;
  return {first, std::min(block_images_, images_ - first), top, std::min(block_rows_, rows - top)};
}

PixelRows::PixelRows(Arena& arena, const ChannelPlanes& planes, std::size_t rows, std::size_t every)
    : planes_(planes), every_(every), stride_(kernels::padded_channels(planes.channels)) {
  data_ = arena.take(std::min(rows, planes.height) * planes.width * stride_);
}

void PixelRows::read(std::size_t image, std::ptrdiff_t first, std::size_t rows) {
  const auto every = static_cast<std::ptrdiff_t>(every_), height = static_cast<std::ptrdiff_t>(planes_.height);
  first_ = first < 0 ? first + (every - 1 - first) / every * every : first;  // the first row inside the image
  const std::ptrdiff_t end = std::min(first + static_cast<std::ptrdiff_t>(rows) * every, height);
  if (first_ >= end) first_ = height;
  const Real* from = planes_.data + image * planes_.image;
  if (every_ == 1) {
    if (first_ < end)
      kernels::transpose_matrix(from + static_cast<std::size_t>(first_) * planes_.width, planes_.channels,
                                static_cast<std::size_t>(end - first_) * planes_.width, planes_.plane(), data_,
                                stride_);
    return;
  }
  Real* to = data_;
  for (std::ptrdiff_t row = first_; row < end; row += every, to += planes_.width * stride_)
    kernels::transpose_matrix(from + static_cast<std::size_t>(row) * planes_.width, planes_.channels, planes_.width,
                              planes_.plane(), to, stride_);
}

const Real* PixelRows::row(std::ptrdiff_t row) const {
  if (row < first_ || row >= static_cast<std::ptrdiff_t>(planes_.height)) return nullptr;
  return data_ + static_cast<std::size_t>(row - first_) / every_ * planes_.width * stride_;
}

TileReader::TileReader(Arena& arena, const PixelGeometry& g, const ChannelPlanes& planes, const Tiles& tiles,
                       Reads reads)
    : g_(g),
      tiles_(tiles),
      reads_(reads),
      rows_(arena, planes, copies() ? 0 : rows_read(g, tiles, reads),
            reads == Reads::input && g.rows.kernel == 1 ? g.rows.step : 1) {}

void TileReader::transform(const TileBlock& block, kernels::TransformedTiles<Real> to) {
  const ChannelPlanes& planes = rows_.planes();
  for (std::size_t image = block.first; image < block.first + block.images; ++image) {
    if (copies()) {
      const std::size_t n = block.rows * tiles_.columns;
      kernels::transpose_matrix(planes.data + image * planes.image + block.top * planes.width, planes.channels, n,
                                planes.plane(), to.data, to.tile);
      to.data += n * to.tile;
      continue;
    }
    const bool input = reads_ == Reads::input;
    const auto step = static_cast<std::ptrdiff_t>(g_.unit() * (input ? g_.rows.step : 1));
    rows_.read(image, (input ? g_.rows.start : 0) + static_cast<std::ptrdiff_t>(block.top) * step,
               rows_read(g_, tiles_, reads_));
    for (std::size_t row = block.top; row < block.top + block.rows; ++row, to.data += tiles_.columns * to.tile)
      transform_row(row, to);
  }
}

void TileReader::transform_row(std::size_t tile_row, kernels::TransformedTiles<Real> to) const {
  const bool input = reads_ == Reads::input;
  const std::size_t channels = rows_.planes().channels, width = rows_.planes().width;
  const std::size_t count = g_.winograd() ? (input ? 4 : 2) : g_.rows.kernel;
  const std::ptrdiff_t first =
      (input ? g_.rows.start : 0) + static_cast<std::ptrdiff_t>(tile_row * g_.unit() * (input ? g_.rows.step : 1));
  if (g_.winograd()) {
    kernels::TileRows from{{}, rows_.stride(), input ? g_.columns.start : 0, width};
    for (std::size_t r = 0; r < count; ++r) from.rows[r] = rows_.row(first + static_cast<std::ptrdiff_t>(r));
    const auto transform = input ? kernels::transform_input : kernels::transform_output_gradient;
    return transform(from, channels, tiles_.columns, to);
  }
  const kernels::PixelColumns columns{g_.columns.start, g_.columns.step, g_.columns.dilation, g_.columns.kernel, width};
  for (std::size_t i = 0; i < count; ++i)
    kernels::gather_pixels(rows_.row(first + static_cast<std::ptrdiff_t>(i * g_.rows.dilation)), columns, channels,
                           rows_.stride(), tiles_.columns, to.data + i * columns.kernel * channels, to.tile);
}

}  // namespace minnow::inline MINNOW_PRECISION
