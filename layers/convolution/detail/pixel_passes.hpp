#pragma once

#include <minnow/layers/convolution/detail/convolution_passes.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Returns true if the passes below are the fastest for the convolution: enough channels pay for the change to pixels.
bool pixel_passes_suit(const ConvolutionGeometry& geometry);

/// As convolution_forward() and convolution_backward(). The batch is not empty.
void pixel_forward(const ConvolutionGeometry& geometry, const Filters& filters, const Real* x, std::size_t batch,
                   const ConvolutionEpilogue& epilogue, PackedFilters& kept);
void pixel_backward(const ConvolutionParts& parts, const Real* x, Real* dx, std::size_t batch,
                    const ConvolutionEpilogue& epilogue);

}  // namespace minnow::inline MINNOW_PRECISION
