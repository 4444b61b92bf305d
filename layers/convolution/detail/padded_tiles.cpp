#include <minnow/layers/convolution/detail/padded_tiles.hpp>
#include <minnow/layers/convolution/detail/tile_kernels.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Calls body(row of the image, first column, position in the padded tile) for the rows in a phase.
template <class Body>
void for_each_phase_row(const ConvolutionGeometry& g, std::size_t phase, const Body& body) {
  const std::size_t top = phase / g.columns.stride, left = phase % g.columns.stride, pitch = g.columns.pitch();
  const std::size_t w = g.columns.first_coordinate(left);
  if (w >= g.columns.in) return;
  std::size_t position = g.rows.first_position(top) * pitch + g.columns.first_position(left);
  for (std::size_t h = g.rows.first_coordinate(top); h < g.rows.in; h += g.rows.stride, position += pitch)
    body(h, w, position);
}

/// Copies images into a padded tile, between its zeros.
void fill_tile(const ConvolutionWorkspace& workspace, const Real* x, TileImages images, Real* padded) {
  const ConvolutionGeometry& g = workspace.geometry;
  const std::size_t image_size = g.in_image(), phase_row = workspace.image_channel / g.phases();
  const std::size_t padded_image = g.padded_image();
  for (std::size_t channel = 0; channel < g.in; ++channel)
    for (std::size_t phase = 0; phase < g.phases(); ++phase) {
      Real* to = padded + channel * workspace.image_channel + phase * phase_row;
      const Real* from = x + (images.first * g.in + channel) * image_size;
      if (g.phases() == 1)
        kernels::copy_rows(
            {from, g.columns.in, g.in * image_size},
            {to + g.rows.pad_before * g.columns.pitch() + g.columns.pad_before, g.columns.pitch(), g.padded_image()},
            {images.count, g.rows.in, g.columns.in});
      else
        for (std::size_t i = 0; i < images.count; ++i)
          for_each_phase_row(g, phase, [&](std::size_t h, std::size_t w, std::size_t position) {
            const Real* row = from + i * g.in * image_size + h * g.columns.in + w;
            kernels::gather_row(row, (g.columns.in - w + g.columns.stride - 1) / g.columns.stride, g.columns.stride,
                                to + i * padded_image + position);
          });
      if (images.count < workspace.tile_images)  // elements of an earlier batch are read, though multiplied by 0
        std::fill_n(to + images.count * g.padded_image(), g.furthest() + 16, Real{0});
    }
}

}  // namespace

TileImages images_of(const ConvolutionWorkspace& workspace, std::size_t tile) {
  const std::size_t first = tile * workspace.tile_images;
  return {first, std::min(workspace.tile_images, workspace.batch - first)};
}

const Real* padded_images(const ConvolutionWorkspace& workspace, const Real* x, TileImages images,
                          ConvolutionWorkspace::PaddedTiles& tiles) {
  if (workspace.in_place) return x + images.first * workspace.geometry.in * workspace.geometry.in_image();
  fill_tile(workspace, x, images, tiles.images.data());
  return tiles.images.data();
}

const Real* padded_gradient(const ConvolutionWorkspace& workspace, const ConvolutionEpilogue& epilogue,
                            TileImages images, ConvolutionWorkspace::PaddedTiles& tiles) {
  const ConvolutionGeometry& g = workspace.geometry;
  if (const Real* dy = epilogue.gradient_tensor(); dy != nullptr && workspace.in_place)
    return dy + images.first * g.out * g.out_image();
  Real* padded = tiles.gradient.data();
  for (std::size_t channel = 0; channel < g.out; ++channel) {
    Real* to = padded + channel * workspace.gradient_channel + workspace.lead;
    epilogue.load_gradient({channel, images.first, images.count, 0, g.rows.out()},
                           {to, g.columns.pitch(), g.padded_image()});
    if (images.count < workspace.tile_images) std::fill_n(to + images.count * g.padded_image(), 16, Real{0});
  }
  return padded + workspace.lead;
}

void write_dx(const ConvolutionGeometry& g, const Real* sums, std::size_t phase, std::size_t channel, TileImages images,
              Real* dx) {
  const std::size_t image_size = g.in_image();
  Real* to = dx + (images.first * g.in + channel) * image_size;
  if (g.phases() == 1)
    return kernels::copy_rows(
        {sums + g.rows.pad_before * g.columns.pitch() + g.columns.pad_before, g.columns.pitch(), g.padded_image()},
        {to, g.columns.in, g.in * image_size}, {images.count, g.rows.in, g.columns.in});
  for (std::size_t i = 0; i < images.count; ++i)
    for_each_phase_row(g, phase, [&](std::size_t h, std::size_t w, std::size_t position) {
      Real* row = to + i * g.in * image_size + h * g.columns.in;
      const Real* from = sums + i * g.padded_image() + position;
      for (; w < g.columns.in; w += g.columns.stride) row[w] = *from++;
    });
}

}  // namespace minnow::inline MINNOW_PRECISION
