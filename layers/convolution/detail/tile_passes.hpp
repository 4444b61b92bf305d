#pragma once

#include <minnow/layers/convolution/detail/convolution_passes.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// As convolution_forward() and convolution_backward(), for any geometry. The batch of a forward pass is not empty.
void tile_forward(const ConvolutionGeometry& geometry, const Filters& filters, const Real* x, std::size_t batch,
                  const ConvolutionEpilogue& epilogue, ConvolutionWorkspace& workspace);
void tile_backward(const ConvolutionParts& parts, const Real* x, Real* dx, std::size_t batch,
                   const ConvolutionEpilogue& epilogue, ConvolutionWorkspace& workspace);

}  // namespace minnow::inline MINNOW_PRECISION
