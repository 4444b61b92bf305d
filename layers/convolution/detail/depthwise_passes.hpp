#pragma once

#include <minnow/layers/convolution/detail/convolution_passes.hpp>
#include <minnow/layers/convolution/detail/depthwise_workspace.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Returns true if the passes below support the geometry.
bool depthwise_supports(const ConvolutionGeometry& geometry);

/// convolution_forward and convolution_backward for filters that read one channel each.
void depthwise_forward(const ConvolutionGeometry& geometry, const Filters& filters, const Real* x, std::size_t batch,
                       const ConvolutionEpilogue& epilogue, DepthwiseWorkspace& workspace);
void depthwise_backward(const ConvolutionParts& parts, const Real* x, Real* dx, std::size_t batch,
                        const ConvolutionEpilogue& epilogue, DepthwiseWorkspace& workspace);

}  // namespace minnow::inline MINNOW_PRECISION
