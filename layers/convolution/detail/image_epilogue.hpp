#pragma once

#include <minnow/layers/convolution/detail/convolution_passes.hpp>
#include <minnow/layers/normalization/detail/batch_norm_pass.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// A convolution's results written out: as they are, through ReLU, pooled by 2 x 2 tiles, or both; and the way back,
/// through a batch norm too.
struct PictureEnd : ConvolutionEnd {
  explicit PictureEnd(const ConvolutionGeometry& geometry) : g(geometry) {}

  const ConvolutionGeometry& g;
  bool relu = false, pool = false;

  // Forward. y: (N, out, H', W') or half of that; which, if pooled: the same, or null.
  Real* y = nullptr;
  std::uint8_t* which = nullptr;

  // Backward. relu_y, if not pooled: y again, whose signs tell where the gradient goes through.
  const Real* dy = nullptr;
  const Real* relu_y = nullptr;
  const Real* z = nullptr;  // what went into the norm, (N, out, H', W'); null without
  const BatchNormPass* norm = nullptr;

  void finish(ChannelPictures at, kernels::Rows<const Real> results) const override {
    if (pool)
      kernels::max_pool_2x2(results, rows(y, at), rows(which, at), pictures(at), {.relu = relu});
    else
      kernels::copy_rows(results, rows(y, at), pictures(at), {.relu = relu});
  }

  void start(ChannelPictures at, kernels::Rows<Real> gradient) const override {
    if (norm != nullptr)
      kernels::way_back(back(at), input(at), norm->backward_affine(at.channel), gradient, pictures(at));
    else
      kernels::way_back(back(at), gradient, pictures(at));
  }

  kernels::Pictures pictures(ChannelPictures at) const { return {at.count, g.rows.out(), g.columns.out()}; }

  kernels::WayBack back(ChannelPictures at) const {
    return {.dy = rows(dy, at), .y = rows(relu_y, at), .which = rows(static_cast<const std::uint8_t*>(which), at)};
  }

  /// Of what went into the norm.
  kernels::Rows<const Real> input(ChannelPictures at) const {
    const std::size_t size = g.out_picture();
    return {z + (at.first * g.out + at.channel) * size, g.columns.out(), g.out * size};
  }

  /// Of a tensor like y.
  template <class T>
  kernels::Rows<T> rows(T* data, ChannelPictures at) const {
    if (data == nullptr) return {};
    const std::size_t width = pool ? g.columns.out() / 2 : g.columns.out();
    const std::size_t size = (pool ? g.rows.out() / 2 : g.rows.out()) * width;
    return {data + (at.first * g.out + at.channel) * size, width, g.out * size};
  }
};

}  // namespace minnow::inline MINNOW_PRECISION
