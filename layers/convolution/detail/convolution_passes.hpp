#pragma once

#include <minnow/core/parameter.hpp>
#include <minnow/layers/convolution/detail/convolution_workspace.hpp>
#include <minnow/layers/detail/image_kernels.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// Some pictures of one channel.
struct ChannelPictures {
  std::size_t channel, first, count;
};

/// What comes after a convolution, picture by picture, while its results are in the cache.
class ConvolutionEnd {
 public:
  virtual ~ConvolutionEnd() = default;

  /// Takes the results, rows.out() by columns.out(), for the pictures named.
  virtual void finish(ChannelPictures at, kernels::Rows<const Real> results) const = 0;

  /// Writes dL/d(results) of the pictures named, all of it.
  virtual void start(ChannelPictures at, kernels::Rows<Real> gradient) const = 0;
};

/// The numbers of a convolution. Scale and bias are per output channel and may be null.
struct Filters {
  const Real* weight;  // (out, in / groups, kernel, kernel)
  const Real* scale;   // of the weights
  const Real* bias;
};

/// Where the gradients of a convolution's parameters go; null for one that is not trained.
struct FilterGradients {
  Parameter* weight;
  Parameter* bias;
};

/// Correlates x, (N, in, H, W), with the filters and hands the results to `end`.
void convolution_forward(const ConvolutionGeometry& geometry, const Filters& filters, const Real* x,
                         std::size_t pictures, const ConvolutionEnd& end, ConvolutionRoom& room);

/// Takes dL/d(results) from `end`, adds to the gradients, and writes dL/dx unless dx is null.
void convolution_backward(const ConvolutionGeometry& geometry, const Real* weight, const FilterGradients& gradients,
                          const Real* x, Real* dx, std::size_t pictures, const ConvolutionEnd& end,
                          ConvolutionRoom& room);

}  // namespace minnow::inline MINNOW_PRECISION
