#pragma once

#include <minnow/layers/convolution_passes.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Results as they are, or as ReLU makes them: y = results, or max(results, 0).
class WrittenOut : public ConvolutionEnd {
 public:
  /// y, dy: (N, out, H', W'). `relu_y`, null without ReLU: y again, whose signs tell where the gradient goes through.
  WrittenOut(const ConvolutionGeometry& geometry, Real* y, const Real* relu_y, const Real* dy)
      : out_(geometry.out),
        height_(geometry.rows.out()),
        width_(geometry.columns.out()),
        y_(y),
        relu_y_(relu_y),
        dy_(dy) {}

  void finish(ChannelPictures at, kernels::Rows<const Real> results) const override {
    kernels::copy_rows(results, {y_ + offset(at), width_, out_ * height_ * width_}, at.count, height_, width_,
                       relu_y_ != nullptr);
  }

  void start(ChannelPictures at, kernels::Rows<Real> gradient) const override {
    const kernels::Rows<const Real> dy{dy_ + offset(at), width_, out_ * height_ * width_};
    if (relu_y_ != nullptr)
      kernels::copy_rows_backward({relu_y_ + offset(at), dy.row, dy.image}, dy, gradient, at.count, height_, width_);
    else
      kernels::copy_rows(dy, gradient, at.count, height_, width_, false);
  }

 private:
  std::size_t offset(ChannelPictures at) const { return (at.first * out_ + at.channel) * height_ * width_; }

  std::size_t out_, height_, width_;
  Real* y_;
  const Real *relu_y_, *dy_;
};

}  // namespace minnow::inline MINNOW_PRECISION
