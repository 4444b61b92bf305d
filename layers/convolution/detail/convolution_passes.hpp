#pragma once

#include <minnow/core/context.hpp>
#include <minnow/core/parameter.hpp>
#include <minnow/layers/convolution/detail/convolution_workspace.hpp>
#include <minnow/layers/detail/image_kernels.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

/// The rows [top, top + rows) of the images [first, first + count) of one channel.
struct ChannelImages {
  std::size_t channel, first, count;
  std::size_t top, rows;
};

/// Receives the results of a convolution, and supplies their gradient, while they are in the cache.
class ConvolutionEpilogue {
 public:
  virtual ~ConvolutionEpilogue() = default;

  /// Stores the results of the given rows. `top` is even, and so is `rows` unless the last row is among them.
  virtual void store_results(ChannelImages at, kernels::Rows<const Real> results) const = 0;

  /// Returns the tensor (N, out, H', W') that may take the results instead, after ReLU if `relu` is set; or null.
  struct Target {
    Real* y = nullptr;
    bool relu = false;
  };
  virtual Target results_tensor() const { return {}; }

  /// Writes dL/d(results) of the given rows to `gradient`.
  virtual void load_gradient(ChannelImages at, kernels::Rows<Real> gradient) const = 0;

  /// Returns dL/d(results) of all images, (N, out, H', W'), if it is in memory; else null.
  virtual const Real* gradient_tensor() const { return nullptr; }
};

/// The filters of a forward pass. Scale and bias are per output channel and may be null.
struct Filters {
  const Real* weight;  // (out, in / groups, kernel, kernel)
  const Real* scale;   // factor of the weights
  const Real* bias;
  std::uint64_t stamp;  // of the weights, if packed filters are kept until it changes; else 0
};

/// The parameters to train; null if frozen or absent.
struct TrainedParameters {
  Parameter* weight;
  Parameter* bias;
};

/// Where a pass writes the gradient of a parameter, gradient = beta gradient + its sums; null without a parameter.
struct GradientOf {
  explicit GradientOf(Parameter* parameter) {
    if (parameter == nullptr) return;
    const GradientTarget target = parameter->grad_target();
    data = target.grad.data();
    beta = target.beta;
  }

  Real* data = nullptr;
  Real beta = 0;
};

/// A Conv2d's geometry for one input shape, and its parameters. `bias` is null without a bias.
struct ConvolutionParts {
  ConvolutionGeometry geometry;
  Parameter* weight;
  Parameter* bias;

  /// Predictions keep the packed filters: training changes them after each pass.
  Filters filters(const PassSettings& settings) const {
    const FixedTensor& values = weight->value;
    const bool keep = settings.mode == Mode::eval && !settings.backward_follows;
    return {values.data(), nullptr, bias != nullptr ? std::as_const(bias->value).data() : nullptr,
            keep ? values.stamp() : 0};
  }
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
