#include <minnow/core/threading/detail/scratch.hpp>
#include <minnow/core/threading/threads.hpp>
#include <minnow/layers/convolution/detail/pixel_correlation.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using kernels::Panels;
using kernels::panels_of;

constexpr std::size_t light_correlation = 1 << 20;  // below this, a second thread costs more than it saves

/// The buffers of one worker.
struct CorrelationBuffers {
  CorrelationBuffers(Arena& arena, const PixelGeometry& g, const ChannelPlanes& x, const Tiles& tiles)
      : reader(arena, g, x, tiles, TileReader::Reads::input), stride(tile_stride(g.depth())) {
    const Panels panels = panels_of(g.out);
    const std::size_t n = tiles.per_block(), width = divide_up(panels.vectors, panels.count) * panels.lanes;
    const std::size_t outputs = g.unit() * g.unit() * n * width;
    const std::size_t read = g.in_place() ? n / tiles.block_images() : n;
    input = arena.take(g.elements() * element_stride(read, stride) + kernels::surplus_rows * stride);
    products = arena.take(g.elements() * element_stride(n, width));
    output = g.winograd() ? arena.take(outputs) : products;
    planes = arena.take(outputs);
  }

  TileReader reader;
  std::size_t stride;
  Real *input, *products, *output, *planes;
};

/// Computes the outputs of one panel of channels, as pixels in rows of g.unit() tiles.columns.
void compute_panel(const PixelCorrelation& c, const Tiles& tiles, const TileBlock& block, std::size_t start,
                   std::size_t width, const CorrelationBuffers& own) {
  const PixelGeometry& g = c.g;
  const Panels panels = panels_of(g.out);
  const std::size_t n = tiles.count(block);
  const bool starts_with_bias = c.bias != nullptr && !g.winograd();
  if (starts_with_bias)
    for (std::size_t tile = 0; tile < n; ++tile) std::copy_n(c.bias + start, width, own.products + tile * width);
  const Real beta = starts_with_bias ? 1 : 0;
  if (g.in_place()) {
    const std::size_t each = block.rows * tiles.columns;
    for (std::size_t i = 0; i < block.images; ++i) {
      const bool last = block.first + i + 1 == c.images;  // a product may read beyond the end of its input
      const Real* in_image = c.x.data + (block.first + i) * c.x.image + block.top * tiles.columns;
      kernels::multiply_pixels({last ? own.input : in_image, last ? own.stride : 1, last ? 1 : c.x.plane(), each, g.in,
                                c.filters + start * g.in, width, width, own.products + i * each * width, width, beta});
    }
    return;
  }
  for (std::size_t e = 0; e < g.elements(); ++e)
    kernels::multiply_pixels({own.input + e * element_stride(n, own.stride), own.stride, 1, n, g.depth(),
                              c.filters + (e * panels.vectors * panels.lanes + start) * g.depth(), width, width,
                              own.products + e * element_stride(n, width), width, beta});
  if (!g.winograd()) return;
  for (std::size_t tile = 0; tile < n; tile += tiles.columns) {
    Real* top = own.output + 4 * tile * width;
    kernels::transform_output({own.products + tile * width, element_stride(n, width), width}, width, tiles.columns,
                              c.bias != nullptr ? c.bias + start : nullptr, top, top + 2 * tiles.columns * width,
                              width);
  }
}

/// Passes the outputs of one panel of channels to the epilogue.
void store_panel(const PixelCorrelation& c, const Tiles& tiles, const TileBlock& block, std::size_t start,
                 std::size_t width, const CorrelationBuffers& own) {
  const PixelGeometry& g = c.g;
  const std::size_t row = g.unit() * tiles.columns, top = g.unit() * block.top;
  const std::size_t image = g.unit() * block.rows * row, rows = std::min(g.unit() * block.rows, g.rows.out - top);
  const std::size_t channels = std::min(width, g.out - start), plane = g.rows.out * g.columns.out;
  if (const auto [y, relu] = c.epilogue.results_tensor(); y != nullptr && row == g.columns.out) {
    if (relu) kernels::rectify(own.output, block.images * image * width);
    for (std::size_t i = 0; i < block.images; ++i)
      kernels::transpose_matrix(
          own.output + i * image * width, rows * row, channels, width,
          y + ((c.first_image + block.first + i) * c.channels + c.first_channel + start) * plane + top * row, plane);
    return;
  }
  kernels::transpose_matrix(own.output, block.images * image, channels, width, own.planes, block.images * image);
  for (std::size_t channel = 0; channel < channels; ++channel)
    c.epilogue.store_results({c.first_channel + start + channel, c.first_image + block.first, block.images, top, rows},
                             {own.planes + channel * block.images * image, row, image});
}

void correlate_block(const PixelCorrelation& c, const Tiles& tiles, const TileBlock& block, std::size_t first_panel,
                     std::size_t last_panel, CorrelationBuffers& own) {
  const std::size_t n = tiles.count(block);
  const Panels panels = panels_of(c.g.out);
  TileBlock read = block;
  if (c.g.in_place()) {  // the last image alone, see compute_panel()
    read.images = block.first + block.images == c.images ? 1 : 0;
    read.first = c.images - 1;
  }
  own.reader.transform(read, {own.input, element_stride(n, own.stride), own.stride});
  for (std::size_t panel = first_panel; panel < last_panel; ++panel) {
    compute_panel(c, tiles, block, panels.start(panel), panels.width(panel), own);
    store_panel(c, tiles, block, panels.start(panel), panels.width(panel), own);
  }
}

std::size_t worker_memory(const PixelGeometry& g, const ChannelPlanes& x, const Tiles& tiles) {
  Arena arena;
  CorrelationBuffers(arena, g, x, tiles);
  return arena.used();
}

/// How a correlation is divided among threads: by blocks, and a few blocks also by panels. Each part of the panels
/// transforms the input again.
struct Division {
  Division(const PixelGeometry& g, std::size_t images, std::size_t all_workers)
      : tiles(g, images, all_workers),
        parts(tiles.blocks() >= all_workers ? 1
                                            : std::min(panels_of(g.out).count, divide_up(all_workers, tiles.blocks()))),
        workers(std::min(all_workers, tiles.blocks() * parts)) {}

  Tiles tiles;
  std::size_t parts, workers;
};

}  // namespace

std::size_t packed_filters_size(const PixelGeometry& g) {
  return g.elements() * g.depth() * kernels::padded_channels(g.out);
}

void pack_pixel_filters(const PixelGeometry& g, const kernels::FilterOrder& order, const Real* weight,
                        const Real* scale, Real* to) {
  const Panels panels = panels_of(g.out);
  parallel_for(panels.count, (1 << 12) / (g.depth() * g.elements()) + 1, [&](std::size_t begin, std::size_t end) {
    if (g.winograd()) return kernels::transform_filters(order, weight, scale, begin, end, to);
    for (std::size_t panel = begin; panel < end; ++panel)
      kernels::pack_filters(order, weight, scale, panel, to + g.depth() * panels.start(panel));
  });
}

std::size_t pixel_workers(const ConvolutionGeometry& g, std::size_t images) {
  const std::size_t products = g.out * g.taps() * g.out_image() * images;
  return products < light_correlation ? 1 : static_cast<std::size_t>(num_threads());
}

std::size_t correlation_memory(const PixelGeometry& g, const ChannelPlanes& x, std::size_t images,
                               std::size_t workers) {
  const Division division(g, images, workers);
  return division.workers * worker_memory(g, x, division.tiles);
}

void correlate(const PixelCorrelation& c, Real* memory) {
  const Division division(c.g, c.images, c.workers);
  const Tiles& tiles = division.tiles;
  const std::size_t panels = panels_of(c.g.out).count, parts = division.parts;
  const std::size_t each = worker_memory(c.g, c.x, tiles);
  for_each_item(tiles.blocks() * parts, division.workers, [&](std::size_t worker, std::size_t item) {
    Arena arena(memory + worker * each);
    CorrelationBuffers own(arena, c.g, c.x, tiles);
    const std::size_t part = item % parts;
    correlate_block(c, tiles, tiles.block(item / parts), part * panels / parts, (part + 1) * panels / parts, own);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
