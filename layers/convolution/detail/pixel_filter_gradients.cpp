#include <minnow/core/threading/detail/scratch.hpp>
#include <minnow/layers/convolution/detail/pixel_correlation.hpp>
#include <minnow/layers/convolution/detail/pixel_filter_gradients.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using kernels::padded_channels;

constexpr std::size_t tile_rows = 24;           // a multiple of the rows of every register tile
constexpr std::size_t part_elements = 1 << 21;  // of the transformed tiles of a part: they stay in the L3 cache

}  // namespace

FilterGradients::FilterGradients(const ConvolutionGeometry& g, std::size_t workers)
    : g_(g),
      group_(forward_geometry(g)),
      x_stride_(tile_stride(group_.depth())),
      dy_stride_(tile_stride(group_.out)),
      sums_size_(group_.elements() * group_.depth() * padded_channels(group_.out)),
      workers_(workers),
      in_place_(group_.in_place() && group_.in % tile_rows == 0) {}

/// Returns the blocks of a part, which do not depend on the number of threads. Each part reads and writes all sums.
std::size_t FilterGradients::blocks_of_part(const Tiles& tiles) const {
  const std::size_t each = group_.elements() * tiles.per_block() * (x_stride_ + dy_stride_);
  return std::clamp<std::size_t>(std::max(part_elements, sums_size_) / each, 1, tiles.blocks());
}

std::size_t FilterGradients::memory(std::size_t images) const {
  const Tiles tiles(group_, images, 1);
  Arena arena;
  const std::size_t part = blocks_of_part(tiles);
  take_tiles(arena, 0, std::min(part * tiles.per_block(), images * tiles.rows * tiles.columns));
  return arena.used() + std::min(workers_, part) * worker_memory(tiles);
}

void FilterGradients::add(const Real* x, const Real* dy, std::size_t images, Real beta, Real* sums,
                          Real* memory) const {
  const Tiles tiles(group_, images, 1);
  const std::size_t blocks = tiles.blocks(), part = blocks_of_part(tiles);
  for (std::size_t group = 0; group < g_.groups; ++group)
    for (std::size_t first = 0; first < blocks; first += part) {
      const std::size_t last = std::min(first + part, blocks);
      Arena arena(memory);
      Transformed to = take_tiles(arena, tiles.first(first), tiles.first(last) - tiles.first(first));
      to.planes = input_planes(g_, x, group);
      transform(tiles, first, last, input_planes(g_, x, group), output_planes(g_, dy, group), to, arena.rest());
      multiply(to, first > 0 ? 1 : beta, sums + group * sums_size_);
    }
}

void FilterGradients::store(const Real* sums, Real beta, Real* gradient) const {
  const std::size_t row = padded_channels(group_.out);
  for (std::size_t group = 0; group < g_.groups; ++group, sums += sums_size_) {
    const kernels::FilterOrder order = forward_order(g_, group);
    parallel_for(group_.in, (1 << 12) / (order.size() * group_.out) + 1, [&](std::size_t begin, std::size_t end) {
      if (group_.winograd())
        kernels::transform_gradients(order, sums, group_.depth() * row, row, begin, end, beta, gradient);
      else
        kernels::unpack_gradients(order, sums, row, begin, end, beta, gradient);
    });
  }
}

FilterGradients::Transformed FilterGradients::take_tiles(Arena& arena, std::size_t first, std::size_t n) const {
  Real* x = in_place_ ? nullptr : arena.take(group_.elements() * element_stride(n, x_stride_) + x_stride_);
  return {x, arena.take(group_.elements() * element_stride(n, dy_stride_)), first, n, {}};
}

std::size_t FilterGradients::worker_memory(const Tiles& tiles) const {
  Arena arena;
  TileReader(arena, group_, input_planes(g_, nullptr, 0), tiles, TileReader::Reads::input);
  TileReader(arena, group_, output_planes(g_, nullptr, 0), tiles, TileReader::Reads::output_gradient);
  return arena.used();
}

/// Transforms the tiles of the blocks [first, last).
void FilterGradients::transform(const Tiles& tiles, std::size_t first, std::size_t last, const ChannelPlanes& x,
                                const ChannelPlanes& dy, const Transformed& to, Real* memory) const {
  const std::size_t each = worker_memory(tiles), blocks = last - first;
  for_each_item(blocks, std::min(workers_, blocks), [&](std::size_t worker, std::size_t item) {
    const TileBlock block = tiles.block(first + item);
    const std::size_t at = tiles.first(first + item) - tiles.first(first);
    Arena arena(memory + worker * each);
    TileReader inputs(arena, group_, x, tiles, TileReader::Reads::input);
    if (!in_place_) inputs.transform(block, {to.x + at * x_stride_, element_stride(to.tiles, x_stride_), x_stride_});
    TileReader gradients(arena, group_, dy, tiles, TileReader::Reads::output_gradient);
    gradients.transform(block, {to.dy + at * dy_stride_, element_stride(to.tiles, dy_stride_), dy_stride_});
  });
}

/// Adds to rows of one panel of the sums.
void FilterGradients::multiply_item(const Transformed& from, std::size_t element, std::size_t row, std::size_t rows,
                                    std::size_t panel, Real beta, Real* sums) const {
  const kernels::Panels panels = kernels::panels_of(group_.out);
  const std::size_t start = panels.start(panel), all = padded_channels(group_.out);
  const Real* dy = from.dy + element * element_stride(from.tiles, dy_stride_) + start;
  Real* to = sums + (element * group_.depth() + row) * all + start;
  if (!in_place_)
    return kernels::multiply_pixels({from.x + element * element_stride(from.tiles, x_stride_) + row, 1, x_stride_, rows,
                                     from.tiles, dy, dy_stride_, panels.width(panel), to, all, beta});
  const std::size_t plane = from.planes.plane();
  for (std::size_t tile = 0, n = 0; tile < from.tiles; tile += n, beta = 1) {  // image by image
    const std::size_t image = (from.first + tile) / plane, position = (from.first + tile) % plane;
    n = std::min(plane - position, from.tiles - tile);
    kernels::multiply_pixels({from.planes.data + image * from.planes.image + row * plane + position, plane, 1, rows, n,
                              dy + tile * dy_stride_, dy_stride_, panels.width(panel), to, all, beta});
  }
}

void FilterGradients::multiply(const Transformed& from, Real beta, Real* sums) const {
  const std::size_t panels = kernels::panels_of(group_.out).count;
  constexpr std::size_t rows = 4 * tile_rows;  // computed together
  const std::size_t depth = group_.depth(), parts = divide_up(depth, rows);
  for_each_item(group_.elements() * panels * parts, workers_, [&](std::size_t, std::size_t item) {
    const std::size_t row = item % parts * rows;
    multiply_item(from, item / parts / panels, row, std::min(rows, depth - row), item / parts % panels, beta, sums);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
