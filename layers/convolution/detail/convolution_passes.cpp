#include <minnow/layers/convolution/detail/convolution_passes.hpp>
#include <minnow/layers/convolution/detail/depthwise_passes.hpp>
#include <minnow/layers/convolution/detail/pixel_passes.hpp>
#include <minnow/layers/convolution/detail/tile_passes.hpp>

namespace minnow::inline MINNOW_PRECISION {

void convolution_forward(const ConvolutionGeometry& geometry, const Filters& filters, const Real* x, std::size_t batch,
                         const ConvolutionEpilogue& epilogue, ConvolutionWorkspace& workspace) {
  if (batch == 0) return;
  if (depthwise_supports(geometry))
    return depthwise_forward(geometry, filters, x, batch, epilogue, workspace.depthwise);
  if (pixel_passes_suit(geometry)) return pixel_forward(geometry, filters, x, batch, epilogue, workspace.packed);
  tile_forward(geometry, filters, x, batch, epilogue, workspace);
}

void convolution_backward(const ConvolutionParts& parts, const Real* x, Real* dx, std::size_t batch,
                          const ConvolutionEpilogue& epilogue, ConvolutionWorkspace& workspace) {
  if (depthwise_supports(parts.geometry)) return depthwise_backward(parts, x, dx, batch, epilogue, workspace.depthwise);
  if (batch > 0 && pixel_passes_suit(parts.geometry)) return pixel_backward(parts, x, dx, batch, epilogue);
  tile_backward(parts, x, dx, batch, epilogue, workspace);
}

}  // namespace minnow::inline MINNOW_PRECISION
