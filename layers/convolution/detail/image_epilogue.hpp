#pragma once

#include <minnow/layers/convolution/detail/convolution_passes.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// The given rows of a tensor (N, channels, height, width). `scale` rows of `at` are one row of the tensor.
template <class T>
kernels::Rows<T> rows_of(T* data, ChannelImages at, std::size_t channels, std::size_t height, std::size_t width,
                         std::size_t scale = 1) {
  return {data + ((at.first * channels + at.channel) * height + at.top / scale) * width, width,
          channels * height * width};
}

/// Epilogue of a plain convolution: writes the results to y, or reads their gradient from dy; both (N, out, H', W').
struct ImageEpilogue final : ConvolutionEpilogue {
  explicit ImageEpilogue(const ConvolutionGeometry& geometry) : g(geometry) {}

  const ConvolutionGeometry& g;
  Real* y = nullptr;
  const Real* dy = nullptr;

  void store_results(ChannelImages at, kernels::Rows<const Real> results) const override {
    kernels::copy_rows(results, rows_of(y, at, g.out, g.rows.out(), g.columns.out()), images(at));
  }

  void load_gradient(ChannelImages at, kernels::Rows<Real> gradient) const override {
    kernels::copy_rows(rows_of(dy, at, g.out, g.rows.out(), g.columns.out()), gradient, images(at));
  }

  Target results_tensor() const override { return {y}; }
  const Real* gradient_tensor() const override { return dy; }

  kernels::Images images(ChannelImages at) const { return {at.count, at.rows, g.columns.out()}; }
};

}  // namespace minnow::inline MINNOW_PRECISION
