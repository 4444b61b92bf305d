#include <minnow/core/detail/layer_access.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/models/detail/fused_conv2d.hpp>
#include <minnow/models/detail/fused_epilogue.hpp>

namespace minnow::inline MINNOW_PRECISION {

using detail::LayerAccess;

/// What forward leaves for backward.
struct FusedConv2dPass {
  ConvolutionWorkspace workspace;
  std::vector<std::uint8_t> argmax;  // of y's shape; empty if not pooled
  BatchNormPass norm;
  Tensor z;             // input of the norm
  Tensor scale, shift;  // of a norm folded into the filters
};

namespace {

/// Calls body(all images of a channel) for each channel, on all threads.
template <class Body>
void for_each_channel(const ConvolutionGeometry& g, std::size_t batch, const Body& body) {
  parallel_for(g.out, light_grain / (batch * g.out_image() + 1) + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t channel = begin; channel < end; ++channel) body(ChannelImages{channel, 0, batch, 0, g.rows.out()});
  });
}

}  // namespace

Shape FusedConv2d::output_shape(const Shape& input) const {
  Shape shape = conv_.output_shape(input);
  if (norm_ != nullptr) shape = norm_->output_shape(shape);
  return pool_ != nullptr ? pool_->output_shape(shape) : shape;
}

bool FusedConv2d::can_pool(const MaxPool2d& pool) { return LayerAccess::parts(pool).tiles_2x2(); }

void FusedConv2d::forward(const Tensor& x, Tensor& y, Context& context) {
  auto& pass = context.scratch<FusedConv2dPass>();
  const ConvolutionParts conv = LayerAccess::parts(conv_, x.shape());
  const ConvolutionGeometry& g = conv.geometry;
  pass.argmax.resize(pool_ != nullptr && context.settings.backward_follows ? y.size() : 0);
  FusedEpilogue epilogue(g);
  epilogue.relu = relu_;
  epilogue.pool = pool_ != nullptr;
  epilogue.y = y.data();
  epilogue.argmax = pass.argmax.empty() ? nullptr : pass.argmax.data();
  const bool folds = norm_ != nullptr && context.settings.mode == Mode::eval && !context.settings.backward_follows &&
                     norm_->evaluation(pass.scale, pass.shift);
  if (norm_ != nullptr && !folds) return forward_norm(conv, x, epilogue, context.settings, pass);
  Filters filters = conv.filters(context.settings);
  if (folds) {
    if (filters.bias != nullptr)
      for (std::size_t c = 0; c < g.out; ++c) pass.shift.data()[c] += pass.scale.data()[c] * filters.bias[c];
    filters.scale = pass.scale.data();
    filters.bias = pass.shift.data();
  }
  convolution_forward(g, filters, x.data(), x.shape()[0], epilogue, pass.workspace);
}

void FusedConv2d::forward_norm(const ConvolutionParts& conv, const Tensor& x, FusedEpilogue& epilogue,
                               const PassSettings& settings, FusedConv2dPass& pass) {
  const ConvolutionGeometry& g = conv.geometry;
  const std::size_t batch = x.shape()[0];
  resize(pass.z, {batch, g.out, g.rows.out(), g.columns.out()});
  epilogue.z = pass.z.data();
  const BatchNormParts norm_parts = LayerAccess::parts(*norm_);
  BatchNormPass& norm = pass.norm;
  begin_forward(norm_parts, pass.z.shape(), settings.mode, norm);
  ImageEpilogue plain(g);
  plain.y = pass.z.data();
  convolution_forward(g, conv.filters(settings), x.data(), batch, plain, pass.workspace);
  if (batch == 0) return;
  for_each_channel(g, batch, [&](ChannelImages at) {
    const kernels::Rows<const Real> z = epilogue.norm_input(at);
    if (norm.batch_statistics) {
      const kernels::Moments moments = kernels::moments(z.data, norm.planes);
      norm.mean[at.channel] = moments.mean;
      norm.variance[at.channel] = moments.variance;
    }
    prepare_channel(norm_parts, at.channel, norm);
    const kernels::Affine affine = norm.affine(at.channel);
    epilogue.apply(at, z, {.affine = &affine, .relu = relu_});
  });
}

void FusedConv2d::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  auto& pass = context.scratch<FusedConv2dPass>();
  const ConvolutionParts conv = LayerAccess::parts(conv_, x.shape());
  const std::size_t batch = x.shape()[0];
  FusedEpilogue epilogue(conv.geometry);
  epilogue.pool = pool_ != nullptr;
  epilogue.dy = dy.data();
  if (epilogue.pool)
    epilogue.argmax = pass.argmax.data();
  else if (relu_)
    epilogue.relu_y = y.data();
  if (norm_ != nullptr) {
    epilogue.z = pass.z.data();
    epilogue.norm = &backward_norm(conv.geometry, batch, epilogue, pass);
  }
  convolution_backward(conv, x.data(), dx != nullptr ? dx->data() : nullptr, batch, epilogue, pass.workspace);
}

/// Adds the gradients of the norm's parameters, and prepares the pass for the gradient of the norm's input.
const BatchNormPass& FusedConv2d::backward_norm(const ConvolutionGeometry& g, std::size_t batch,
                                                const FusedEpilogue& epilogue, FusedConv2dPass& pass) {
  const BatchNormParts parts = LayerAccess::parts(*norm_);
  BatchNormPass& norm = pass.norm;
  begin_backward(parts, norm);
  for_each_channel(g, batch, [&](ChannelImages at) {
    if (batch == 0) return norm.add_gradients(at.channel, 0, 0);  // an earlier pass may have left NaN
    norm.set_gradient_sums(at.channel,
                           kernels::image_gradient_sums(epilogue.output_gradient(at), epilogue.norm_input(at),
                                                        norm.centre(at.channel), epilogue.images(at)));
    prepare_channel_backward(parts.values, at.channel, norm);
    if (!norm.batch_statistics) norm.x_scale[at.channel] = norm.constant[at.channel] = 0;
  });
  return norm;
}

}  // namespace minnow::inline MINNOW_PRECISION
