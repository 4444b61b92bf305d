#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/normalization/detail/batch_norm_passes.hpp>
#include <minnow/layers/normalization/detail/inverse_deviation.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION {

BatchNorm::BatchNorm(std::size_t dimensions, std::size_t channels, const BatchNormOptions& options)
    : dimensions_(dimensions), channels_(channels), options_(options) {
  make_tensors();
  if (options.affine) weight_.value.fill(1);
}

BatchNorm::BatchNorm(std::size_t dimensions, const LayerConfig& config) : dimensions_(dimensions) {
  ConfigReader read(config, dimensions == 1 ? "BatchNorm1d" : "BatchNorm2d");
  channels_ = read.size("channels");
  options_.eps = read.real("eps", 1e-5);
  options_.momentum = read.optional_real("momentum");
  options_.affine = read.boolean("affine", true);
  options_.track_running_stats = read.boolean("track_running_stats", true);
  read.finish();
  make_tensors();
}

void BatchNorm::make_tensors() {
  const double momentum = options_.momentum.value_or(0);
  if (channels_ == 0) throw ValueError(name() + ": expected at least 1 channel.");
  if (!(options_.eps >= 0)) throw ValueError(format_text("{}: expected eps >= 0, got {}.", name(), options_.eps));
  if (!(momentum >= 0 && momentum <= 1))
    throw ValueError(format_text("{}: expected a momentum in [0, 1], got {}.", name(), momentum));
  if (options_.affine) {
    weight_ = Parameter({channels_});
    bias_ = Parameter({channels_});
  }
  if (!options_.track_running_stats) return;
  running_mean_ = FixedTensor({channels_});
  running_var_ = FixedTensor({channels_});
  running_var_.fill(1);
  num_batches_tracked_ = FixedTensor(Shape{});
}

LayerConfig BatchNorm::config_of(const char* type) const {
  LayerConfig config{type, {{"channels", channels_}, {"eps", options_.eps}}, {}};
  if (options_.momentum) config.attributes.emplace_back("momentum", *options_.momentum);
  config.attributes.emplace_back("affine", options_.affine);
  config.attributes.emplace_back("track_running_stats", options_.track_running_stats);
  return config;
}

std::string BatchNorm::name() const { return format_text("BatchNorm{}d({})", dimensions_, channels_); }

Shape BatchNorm::output_shape(const Shape& input) const {
  const std::size_t axes = input.size();
  if ((axes == dimensions_ + 2 || (axes == 2 && dimensions_ == 1)) && input[1] == channels_) return input;
  throw ShapeError(format_text(
      "{}: expected input {}, got {}.", name(),
      dimensions_ == 1 ? format_text("(N, {0}) or (N, {0}, L)", channels_) : format_text("(N, {}, H, W)", channels_),
      to_string(input)));
}

std::vector<NamedTensor> BatchNorm::state() {
  std::vector<NamedTensor> entries;
  if (options_.affine) entries = {{"weight", weight_}, {"bias", bias_}};
  if (!options_.track_running_stats) return entries;
  entries.emplace_back("running_mean", running_mean_);
  entries.emplace_back("running_var", running_var_);
  entries.emplace_back("num_batches_tracked", num_batches_tracked_);
  return entries;
}

BatchNormValues BatchNorm::parts() const {
  const bool affine = options_.affine, tracks = options_.track_running_stats;
  return {channels_,
          options_.eps,
          affine ? weight_.value.data() : nullptr,
          affine ? bias_.value.data() : nullptr,
          tracks ? running_mean_.data() : nullptr,
          tracks ? running_var_.data() : nullptr};
}

BatchNormParts BatchNorm::parts() {
  const bool affine = options_.affine, tracks = options_.track_running_stats;
  return {*this,
          std::as_const(*this).parts(),
          options_.momentum,
          affine ? &weight_ : nullptr,
          affine ? &bias_ : nullptr,
          tracks ? running_mean_.data() : nullptr,
          tracks ? running_var_.data() : nullptr,
          tracks ? num_batches_tracked_.data() : nullptr};
}

void BatchNorm::forward(const Tensor& x, Tensor& y, Context& context) {
  const BatchNormParts parts = this->parts();
  auto& pass = context.scratch<BatchNormPass>();
  begin_forward(parts, x.shape(), context.settings.mode, pass);
  if (x.size() == 0) return;
  for_channels(pass, channels_, [&](std::size_t first, std::size_t last) {
    if (pass.in_columns()) {
      if (pass.batch_statistics)
        kernels::moments(x.data() + first, pass.columns(first, last), &pass.mean[first], &pass.variance[first]);
      for (std::size_t c = first; c < last; ++c) prepare_channel(parts, c, pass);
      return normalize_channels(pass, x.data(), y.data(), first, last);
    }
    for (std::size_t c = first; c < last; ++c) {  // both passes while the channel is in the cache
      if (pass.batch_statistics) {
        const kernels::Moments moments = kernels::moments(x.data() + c * pass.planes.size, pass.planes);
        pass.mean[c] = moments.mean;
        pass.variance[c] = moments.variance;
      }
      prepare_channel(parts, c, pass);
      normalize_channels(pass, x.data(), y.data(), c, c + 1);
    }
  });
}

namespace {

/// The channels [first, last) of a backward pass over planes. `needs_sums`: the gradients or dx depend on sums of dy.
void backward_planes(const BatchNormValues& values, const Tensor& x, const Tensor& dy, Tensor* dx, bool needs_sums,
                     std::size_t first, std::size_t last, BatchNormPass& pass) {
  for (std::size_t c = first; c < last; ++c) {
    const std::size_t at = c * pass.planes.size;
    if (needs_sums) {
      pass.set_gradient_sums(c, kernels::gradient_sums(x.data() + at, dy.data() + at, pass.planes, pass.centre(c)));
      prepare_channel_backward(values, c, pass);
    }
    if (dx == nullptr) continue;
    if (pass.batch_statistics)
      kernels::normalize_backward(x.data() + at, dy.data() + at, dx->data() + at, pass.planes, pass.backward_affine(c));
    else
      kernels::normalize(dy.data() + at, dx->data() + at, pass.planes, {0, static_cast<Real>(pass.scale[c]), 0});
  }
}

/// The same if the channels are columns.
void backward_columns(const BatchNormValues& values, const Tensor& x, const Tensor& dy, Tensor* dx, bool needs_sums,
                      std::size_t first, std::size_t last, BatchNormPass& pass) {
  const kernels::Columns columns = pass.columns(first, last);
  const Real *from = x.data() + first, *gradient = dy.data() + first;
  if (needs_sums) {
    kernels::gradient_sums(from, gradient, columns, &pass.mean[first], &pass.sum_dy[first], &pass.sum_dy_x[first]);
    for (std::size_t c = first; c < last; ++c) prepare_channel_backward(values, c, pass);
  }
  if (dx == nullptr) return;
  if (pass.batch_statistics)
    kernels::normalize_backward(from, gradient, dx->data() + first, columns, &pass.mean[first], &pass.scale[first],
                                &pass.x_scale[first], &pass.constant[first]);
  else
    kernels::normalize(gradient, dx->data() + first, columns, &pass.zero[first], &pass.scale[first], &pass.zero[first]);
}

}  // namespace

void BatchNorm::backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context& context) {
  const BatchNormParts parts = this->parts();
  auto& pass = context.scratch<BatchNormPass>();
  begin_backward(parts, pass);
  const bool needs_sums =
      pass.weight_grad != nullptr || pass.bias_grad != nullptr || (dx != nullptr && pass.batch_statistics);
  if (x.size() == 0) {
    for (std::size_t c = 0; c < channels_; ++c) pass.add_gradients(c, 0, 0);
    return;
  }
  for_channels(pass, channels_, [&](std::size_t first, std::size_t last) {
    (pass.in_columns() ? backward_columns : backward_planes)(parts.values, x, dy, dx, needs_sums, first, last, pass);
  });
}

bool BatchNorm::evaluation(Tensor& scale, Tensor& shift) const {
  if (!options_.track_running_stats) return false;
  const BatchNormValues values = parts();
  resize(scale, {channels_});
  resize(shift, {channels_});
  for (std::size_t c = 0; c < channels_; ++c) {
    const double inverse = inverse_deviation(static_cast<double>(values.running_var[c]), values.eps);
    const double factor = values.weight_of(c) * inverse;
    scale.data()[c] = static_cast<Real>(factor);
    shift.data()[c] = static_cast<Real>(values.bias_of(c) - static_cast<double>(values.running_mean[c]) * factor);
  }
  return true;
}

}  // namespace minnow::inline MINNOW_PRECISION
