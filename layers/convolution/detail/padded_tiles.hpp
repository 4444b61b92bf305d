#pragma once

#include <minnow/layers/convolution/detail/convolution_passes.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// The images of one padded tile.
struct TileImages {
  std::size_t first, count;
};
TileImages images_of(const ConvolutionWorkspace& workspace, std::size_t tile);

/// Returns the padded tile of some images, or the images themselves.
const Real* padded_images(const ConvolutionWorkspace& workspace, const Real* x, TileImages images,
                          ConvolutionWorkspace::PaddedTiles& tiles);

/// Returns the padded tile of the gradient of some images' results, or the gradient itself, from the first result on.
const Real* padded_gradient(const ConvolutionWorkspace& workspace, const ConvolutionEpilogue& epilogue,
                            TileImages images, ConvolutionWorkspace::PaddedTiles& tiles);

/// Writes one channel of one phase of dx from sums in the order of a padded tile.
void write_dx(const ConvolutionGeometry& g, const Real* sums, std::size_t phase, std::size_t channel, TileImages images,
              Real* dx);

}  // namespace minnow::inline MINNOW_PRECISION
