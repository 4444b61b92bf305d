#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/convolution/detail/image_epilogue.hpp>
#include <minnow/models/detail/fused_conv2d.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// What forward leaves for backward.
struct FusedConv2dPass {
  ConvolutionRoom room;
  std::vector<std::uint8_t> which;  // of each number of y, if pooled
  Context norm;                     // the norm's own
  Tensor z;                         // what went into it
  Tensor scale, shift;              // of a norm folded into the filters
};

namespace {

/// Calls body(all pictures of a channel) on all threads.
template <class Body>
void for_each_channel(const ConvolutionGeometry& g, std::size_t pictures, const Body& body) {
  parallel_for(g.out, light_grain / (pictures * g.out_picture() + 1) + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t channel = begin; channel < end; ++channel) body(ChannelPictures{channel, 0, pictures});
  });
}

}  // namespace

Shape FusedConv2d::output_shape(const Shape& input) const {
  Shape shape = conv_.output_shape(input);
  if (norm_ != nullptr) shape = norm_->output_shape(shape);
  return pool_ != nullptr ? pool_->output_shape(shape) : shape;
}

void FusedConv2d::forward(const Tensor& x, Tensor& y, Context& context) {
  auto& pass = context.scratch<FusedConv2dPass>();
  conv_.check_parameters();
  pass.which.resize(pool_ != nullptr && context.settings.backward_follows ? y.size() : 0);
  const bool folds = norm_ != nullptr && context.settings.mode == Mode::eval && !context.settings.backward_follows &&
                     norm_->evaluation(pass.scale, pass.shift);
  if (norm_ != nullptr && !folds) return forward_norm(x, y, context.settings.mode, pass);
  const ConvolutionGeometry g = conv_.geometry(x.shape());
  PictureEnd end(g);
  end.relu = relu_;
  end.pool = pool_ != nullptr;
  end.y = y.data();
  end.which = pass.which.empty() ? nullptr : pass.which.data();
  const Real* bias = conv_.has_bias_ ? conv_.bias_.value.data() : nullptr;
  if (folds && bias != nullptr)
    for (std::size_t c = 0; c < g.out; ++c) pass.shift.data()[c] += pass.scale.data()[c] * bias[c];
  convolution_forward(
      g, {conv_.weight_.value.data(), folds ? pass.scale.data() : nullptr, folds ? pass.shift.data() : bias}, x.data(),
      x.shape()[0], end, pass.room);
}

Context& FusedConv2d::norm_context(Context& context) { return context.scratch<FusedConv2dPass>().norm; }

void FusedConv2d::forward_norm(const Tensor& x, Tensor& y, Mode mode, FusedConv2dPass& pass) {
  const ConvolutionGeometry g = conv_.geometry(x.shape());
  const std::size_t pictures = x.shape()[0];
  resize(pass.z, conv_.output_shape(x.shape()));
  auto& norm = pass.norm.scratch<BatchNormPass>();
  norm_->begin(pass.z.shape(), mode, norm);
  PictureEnd end(g);
  end.y = pass.z.data();
  convolution_forward(g, {conv_.weight_.value.data(), nullptr, conv_.has_bias_ ? conv_.bias_.value.data() : nullptr},
                      x.data(), pictures, end, pass.room);
  if (pictures == 0) return;
  end.pool = pool_ != nullptr;
  end.z = pass.z.data();
  for_each_channel(g, pictures, [&](ChannelPictures at) {
    if (norm.of_batch) {
      const kernels::Moments moments = kernels::moments(end.input(at).data, norm.planes);
      norm.mean[at.channel] = moments.mean;
      norm.variance[at.channel] = moments.variance;
    }
    norm_->prepare(at.channel, norm);
    const kernels::Affine affine = norm.affine(at.channel);
    const kernels::OnTheWay way{.affine = &affine, .relu = relu_};
    if (pool_ != nullptr)
      kernels::max_pool_2x2(end.input(at), end.rows(y.data(), at),
                            end.rows(pass.which.empty() ? nullptr : pass.which.data(), at), end.pictures(at), way);
    else
      kernels::copy_rows(end.input(at), end.rows(y.data(), at), end.pictures(at), way);
  });
}

void FusedConv2d::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  auto& pass = context.scratch<FusedConv2dPass>();
  const ConvolutionGeometry g = conv_.geometry(x.shape());
  const std::size_t pictures = x.shape()[0];
  PictureEnd end(g);
  end.pool = pool_ != nullptr;
  end.dy = dy.data();
  if (end.pool)
    end.which = pass.which.data();
  else if (relu_)
    end.relu_y = y.data();
  if (norm_ != nullptr) {
    end.z = pass.z.data();
    auto& norm = pass.norm.scratch<BatchNormPass>();
    end.norm = &norm;
    norm_->target_gradients(norm);
    for_each_channel(g, pictures, [&](ChannelPictures at) {
      if (pictures == 0) return norm.add_gradients(at.channel, 0, 0);  // of no numbers: a pass before may have left NaN
      const auto sums = kernels::way_back_sums(end.back(at), end.input(at), norm.centre(at.channel), end.pictures(at));
      norm.sum_dy[at.channel] = sums.dy;
      norm.sum_dy_x[at.channel] = sums.dy_x - norm.remainder(at.channel) * sums.dy;  // about the mean itself
      norm_->prepare_backward(at.channel, norm);
      if (!norm.of_batch) norm.of_x[at.channel] = norm.constant[at.channel] = 0;
    });
  }
  convolution_backward(g, conv_.weight_.value.data(), conv_.trained(), x.data(), dx != nullptr ? dx->data() : nullptr,
                       pictures, end, pass.room);
}

}  // namespace minnow::inline MINNOW_PRECISION
