#pragma once

#include <minnow/layers/convolution/detail/pixel_blocks.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Returns the memory that correlate_dx() needs.
std::size_t dx_memory(const ConvolutionGeometry& g, std::size_t images, std::size_t workers);

/// Computes dx of some images from dy, (images, out, H', W'), as correlations of dy: one for each phase of the stride.
void correlate_dx(const ConvolutionGeometry& g, const Real* weight, const Real* dy, std::size_t images, Real* dx,
                  std::size_t workers, Real* memory);

}  // namespace minnow::inline MINNOW_PRECISION
