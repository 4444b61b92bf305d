#pragma once

#include <minnow/core/parameter.hpp>
#include <minnow/layers/convolution/detail/convolution_workspace.hpp>
#include <minnow/layers/detail/image_kernels.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// The images [first, first + count) of one channel.
struct ChannelImages {
  std::size_t channel, first, count;
};

/// Receives the results of a convolution, and supplies their gradient, while they are in the cache.
class ConvolutionEpilogue {
 public:
  virtual ~ConvolutionEpilogue() = default;

  /// Stores the results of the given images, each of shape (rows.out(), columns.out()).
  virtual void store_results(ChannelImages at, kernels::Rows<const Real> results) const = 0;

  /// Writes dL/d(results) of the given images to `gradient`.
  virtual void load_gradient(ChannelImages at, kernels::Rows<Real> gradient) const = 0;
};

/// The filters of a forward pass. Scale and bias are per output channel and may be null.
struct Filters {
  const Real* weight;  // (out, in / groups, kernel, kernel)
  const Real* scale;   // factor of the weights
  const Real* bias;
};

/// The parameters to train; null if frozen or absent.
struct TrainedParameters {
  Parameter* weight;
  Parameter* bias;
};

/// A Conv2d's geometry for one input shape, and its parameters. `bias` is null without a bias.
struct ConvolutionParts {
  ConvolutionGeometry geometry;
  Parameter* weight;
  Parameter* bias;

  Filters filters() const { return {weight->value.data(), nullptr, bias != nullptr ? bias->value.data() : nullptr}; }
  TrainedParameters trained() const {
    return {weight->trainable ? weight : nullptr, bias != nullptr && bias->trainable ? bias : nullptr};
  }
};

/// Correlates x, (batch, in, H, W), with the filters and passes the results to `epilogue`.
void convolution_forward(const ConvolutionGeometry& geometry, const Filters& filters, const Real* x, std::size_t batch,
                         const ConvolutionEpilogue& epilogue, ConvolutionWorkspace& workspace);

/// Reads dL/d(results) from `epilogue`, adds to the gradients of the trained parameters, and writes dL/dx unless dx is
/// null.
void convolution_backward(const ConvolutionParts& parts, const Real* x, Real* dx, std::size_t batch,
                          const ConvolutionEpilogue& epilogue, ConvolutionWorkspace& workspace);

}  // namespace minnow::inline MINNOW_PRECISION
