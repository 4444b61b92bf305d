#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/normalization/detail/batch_norm_pass.hpp>

#include <cmath>

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

/// They are anybody's to assign to: a wrong shape would be read beyond its end.
void BatchNorm::check_tensors() const {
  const auto check = [&](const char* what, const FixedTensor& tensor, std::size_t size) {
    if (tensor.size() != size)
      throw ShapeError(format_text("{}: expected a {} of {}, got {}.", name(), what, size, to_string(tensor.shape())));
  };
  if (options_.affine) {
    check("weight", weight_.value, channels_);
    check("bias", bias_.value, channels_);
  }
  if (!options_.track_running_stats) return;
  check("running_mean", running_mean_, channels_);
  check("running_var", running_var_, channels_);
  check("num_batches_tracked", num_batches_tracked_, 1);
}

/// What is known before the first number is read. Counts the batch.
void BatchNorm::begin(const Shape& input, Mode mode, BatchNormPass& pass) {
  check_tensors();
  std::size_t size = 1;
  for (std::size_t axis = 2; axis < input.size(); ++axis) size *= input[axis];
  pass.resize(channels_);
  pass.planes = {input[0], size, channels_ * size};
  pass.of_batch = mode == Mode::train || !options_.track_running_stats;
  if (pass.of_batch && pass.planes.count() == 1)
    throw ShapeError(
        format_text("{}: expected more than one number per channel to take a variance of, got input {}. "
                    "Use larger batches, or drop a last one of a single sample.",
                    name(), to_string(input)));
  pass.share = 0;
  if (mode == Mode::eval || !options_.track_running_stats) return;
  Real& batches = num_batches_tracked_.data()[0];  // exact to 2^24 in float
  batches += 1;
  pass.share = options_.momentum.value_or(1 / static_cast<double>(batches));
}

double BatchNorm::weight(std::size_t c) const {
  return options_.affine ? static_cast<double>(weight_.value.data()[c]) : 1;
}
double BatchNorm::bias(std::size_t c) const { return options_.affine ? static_cast<double>(bias_.value.data()[c]) : 0; }

/// What to multiply a channel by, given its mean and variance; these enter the running statistics.
void BatchNorm::prepare(std::size_t c, BatchNormPass& pass) {
  if (!pass.of_batch) {
    pass.mean[c] = static_cast<double>(running_mean_.data()[c]);
    pass.variance[c] = static_cast<double>(running_var_.data()[c]);
  } else if (pass.share > 0) {
    const auto n = static_cast<double>(pass.planes.count());
    const auto blend = [&](Real& running, double batch) {
      running = static_cast<Real>((1 - pass.share) * static_cast<double>(running) + pass.share * batch);
    };
    blend(running_mean_.data()[c], pass.mean[c]);
    blend(running_var_.data()[c], pass.variance[c] * n / (n - 1));
  }
  pass.inverse_deviation[c] = 1 / std::sqrt(pass.variance[c] + options_.eps);
  pass.scale[c] = weight(c) * pass.inverse_deviation[c];
  pass.shift[c] = bias(c);
}

/// All of that for evaluation with the running statistics.
void BatchNorm::prepare_evaluation(const Shape& input, BatchNormPass& pass) const {
  auto& self = const_cast<BatchNorm&>(*this);  // which evaluation does not write to
  self.begin(input, Mode::eval, pass);
  for (std::size_t c = 0; c < channels_; ++c) self.prepare(c, pass);
}

namespace {

/// Calls body(first, last) for ranges of channels.
template <class Body>
void for_channels(const BatchNormPass& pass, std::size_t channels, const Body& body) {
  constexpr std::size_t line = 16;  // columns that share a line of the cache
  const std::size_t piece = light_grain / pass.planes.count() + 1;
  parallel_for(channels, pass.in_columns() ? (piece + line - 1) / line * line : piece, body);
}

}  // namespace

void BatchNorm::forward(const Tensor& x, Tensor& y, Context& context) {
  auto& pass = context.scratch<BatchNormPass>();
  begin(x.shape(), context.settings.mode, pass);
  if (x.size() == 0) return;
  for_channels(pass, channels_, [&](std::size_t first, std::size_t last) {
    if (pass.in_columns()) {
      const kernels::Columns columns = pass.columns(first, last);
      if (pass.of_batch) kernels::moments(x.data() + first, columns, &pass.mean[first], &pass.variance[first]);
      for (std::size_t c = first; c < last; ++c) prepare(c, pass);
      kernels::normalize(x.data() + first, y.data() + first, columns, &pass.mean[first], &pass.scale[first],
                         &pass.shift[first]);
      return;
    }
    for (std::size_t c = first; c < last; ++c) {  // both passes, while the channel is in the cache
      const std::size_t at = c * pass.planes.size;
      if (pass.of_batch) {
        const kernels::Moments moments = kernels::moments(x.data() + at, pass.planes);
        pass.mean[c] = moments.mean;
        pass.variance[c] = moments.variance;
      }
      prepare(c, pass);
      kernels::normalize(x.data() + at, y.data() + at, pass.planes, pass.affine(c));
    }
  });
}

void BatchNorm::target_gradients(BatchNormPass& pass) {
  pass.weight_grad = pass.bias_grad = nullptr;
  if (!options_.affine) return;
  if (weight_.trainable) {
    const auto [grad, beta] = weight_.grad_target();
    pass.weight_grad = grad.data();
    pass.weight_beta = beta;
  }
  if (bias_.trainable) {
    const auto [grad, beta] = bias_.grad_target();
    pass.bias_grad = grad.data();
    pass.bias_beta = beta;
  }
}

/// With n numbers in the channel, r = 1 / deviation and s = weight r:
/// dx = s (dy - sum(dy) / n - (x - mean) r^2 sum(dy (x - mean)) / n), or s dy where mean and variance are given.
void BatchNorm::prepare_backward(std::size_t c, BatchNormPass& pass) const {
  const double r = pass.inverse_deviation[c], sum_dy = pass.sum_dy[c], sum_dy_x = pass.sum_dy_x[c];
  pass.add_gradients(c, sum_dy_x * r, sum_dy);
  const double step = -weight(c) * r / static_cast<double>(pass.planes.count());
  pass.of_x[c] = step * r * r * sum_dy_x;
  pass.constant[c] = step * sum_dy;
}

void BatchNorm::backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context& context) {
  auto& pass = context.scratch<BatchNormPass>();
  target_gradients(pass);
  const bool sums = pass.weight_grad != nullptr || pass.bias_grad != nullptr || (dx != nullptr && pass.of_batch);
  if (x.size() == 0) {
    for (std::size_t c = 0; c < channels_; ++c) pass.add_gradients(c, 0, 0);
    return;
  }
  for_channels(pass, channels_, [&](std::size_t first, std::size_t last) {
    if (pass.in_columns()) return backward_columns(x, dy, dx, sums, first, last, pass);
    for (std::size_t c = first; c < last; ++c) {
      const std::size_t at = c * pass.planes.size;
      if (sums) {
        const auto found = kernels::gradient_sums(x.data() + at, dy.data() + at, pass.planes, pass.centre(c));
        pass.sum_dy[c] = found.dy;
        pass.sum_dy_x[c] = found.dy_x - pass.remainder(c) * found.dy;
        prepare_backward(c, pass);
      }
      if (dx == nullptr) continue;
      if (pass.of_batch)
        kernels::normalize_backward(x.data() + at, dy.data() + at, dx->data() + at, pass.planes,
                                    pass.backward_affine(c));
      else
        kernels::normalize(dy.data() + at, dx->data() + at, pass.planes, {0, static_cast<Real>(pass.scale[c]), 0});
    }
  });
}

void BatchNorm::backward_columns(const Tensor& x, const Tensor& dy, Tensor* dx, bool sums, std::size_t first,
                                 std::size_t last, BatchNormPass& pass) const {
  const kernels::Columns columns = pass.columns(first, last);
  const Real *from = x.data() + first, *gradient = dy.data() + first;
  if (sums) {
    kernels::gradient_sums(from, gradient, columns, &pass.mean[first], &pass.sum_dy[first], &pass.sum_dy_x[first]);
    for (std::size_t c = first; c < last; ++c) prepare_backward(c, pass);
  }
  if (dx == nullptr) return;
  if (pass.of_batch)
    kernels::normalize_backward(from, gradient, dx->data() + first, columns, &pass.mean[first], &pass.scale[first],
                                &pass.of_x[first], &pass.constant[first]);
  else
    kernels::normalize(gradient, dx->data() + first, columns, &pass.zero[first], &pass.scale[first], &pass.zero[first]);
}

bool BatchNorm::evaluation(Tensor& scale, Tensor& shift) const {
  if (!options_.track_running_stats) return false;
  check_tensors();
  resize(scale, {channels_});
  resize(shift, {channels_});
  for (std::size_t c = 0; c < channels_; ++c) {
    const double factor = weight(c) / std::sqrt(static_cast<double>(running_var_.data()[c]) + options_.eps);
    scale.data()[c] = static_cast<Real>(factor);
    shift.data()[c] = static_cast<Real>(bias(c) - static_cast<double>(running_mean_.data()[c]) * factor);
  }
  return true;
}

}  // namespace minnow::inline MINNOW_PRECISION
