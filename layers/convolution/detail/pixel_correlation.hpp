#pragma once

#include <minnow/layers/convolution/detail/convolution_passes.hpp>
#include <minnow/layers/convolution/detail/pixel_blocks.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// A correlation of some images of one group of channels.
struct PixelCorrelation {
  const PixelGeometry& g;
  ChannelPlanes x;
  std::size_t images;
  const Real* filters;  // of pack_pixel_filters()
  const Real* bias;     // padded_channels(g.out) elements, or null
  const ConvolutionEpilogue& epilogue;
  std::size_t channels, first_channel, first_image;  // for the epilogue
  std::size_t workers;                               // threads that share the work
};

/// Returns the elements that packed filters take.
std::size_t packed_filters_size(const PixelGeometry& g);

/// Packs filters for a correlation: [element of a transformed tile][panel][term][output of the panel].
void pack_pixel_filters(const PixelGeometry& g, const kernels::FilterOrder& order, const Real* weight,
                        const Real* scale, Real* to);

/// Returns the number of threads that share a pass over `images` images of all groups. A pass calls it once, because
/// the number may change at any time.
std::size_t pixel_workers(const ConvolutionGeometry& g, std::size_t images);

/// Returns the elements of memory that correlate() needs.
std::size_t correlation_memory(const PixelGeometry& g, const ChannelPlanes& x, std::size_t images, std::size_t workers);

void correlate(const PixelCorrelation& c, Real* memory);

}  // namespace minnow::inline MINNOW_PRECISION
