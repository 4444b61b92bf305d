#pragma once

#include <minnow/layers/convolution/detail/image_epilogue.hpp>
#include <minnow/layers/normalization/detail/batch_norm_passes.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Epilogue of a fused convolution: applies ReLU, pools 2 x 2 tiles, or both, and writes y. The gradient of the results
/// is computed from dy through the same operations, and through a batch norm if `norm` is not null.
struct FusedEpilogue final : ConvolutionEpilogue {
  explicit FusedEpilogue(const ConvolutionGeometry& geometry) : g(geometry) {}

  const ConvolutionGeometry& g;
  bool relu = false, pool = false;

  // Forward. y and, if pooled, argmax: (N, out, H', W'), or half of H' and W' if pooled. argmax may be null.
  Real* y = nullptr;
  std::uint8_t* argmax = nullptr;

  // Backward. relu_y: y, whose signs are the derivative of ReLU; null if pooled or without ReLU.
  const Real* dy = nullptr;
  const Real* relu_y = nullptr;
  const Real* z = nullptr;  // input of the norm, (N, out, H', W'); null without a norm
  const BatchNormPass* norm = nullptr;

  void store_results(ChannelImages at, kernels::Rows<const Real> results) const override {
    apply(at, results, {.relu = relu});
  }

  void load_gradient(ChannelImages at, kernels::Rows<Real> gradient) const override {
    if (norm != nullptr)
      kernels::image_backward(output_gradient(at), norm_input(at), norm->backward_affine(at.channel), gradient,
                              images(at));
    else
      kernels::image_backward(output_gradient(at), gradient, images(at));
  }

  Target results_tensor() const override { return {pool ? nullptr : y, relu}; }

  /// Writes y and the argmax of the given images.
  void apply(ChannelImages at, kernels::Rows<const Real> x, const kernels::Epilogue& epilogue) const {
    if (pool)
      kernels::max_pool_2x2(x, output_rows(y, at), output_rows(argmax, at), images(at), epilogue);
    else
      kernels::copy_rows(x, output_rows(y, at), images(at), epilogue);
  }

  kernels::Images images(ChannelImages at) const { return {at.count, at.rows, g.columns.out()}; }

  kernels::OutputGradient output_gradient(ChannelImages at) const {
    return {.dy = output_rows(dy, at),
            .y = output_rows(relu_y, at),
            .argmax = output_rows(static_cast<const std::uint8_t*>(argmax), at)};
  }

  kernels::Rows<const Real> norm_input(ChannelImages at) const {
    return rows_of(z, at, g.out, g.rows.out(), g.columns.out());
  }

  /// Rows of a tensor of y's shape.
  template <class T>
  kernels::Rows<T> output_rows(T* data, ChannelImages at) const {
    if (data == nullptr) return {};
    const std::size_t scale = pool ? 2 : 1;
    return rows_of(data, at, g.out, g.rows.out() / scale, g.columns.out() / scale, scale);
  }
};

}  // namespace minnow::inline MINNOW_PRECISION
