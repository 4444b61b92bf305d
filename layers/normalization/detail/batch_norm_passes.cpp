#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/normalization/detail/batch_norm_passes.hpp>
#include <minnow/layers/normalization/detail/inverse_deviation.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

void lay_out(const Shape& input, std::size_t channels, BatchNormPass& pass) {
  std::size_t size = 1;
  for (std::size_t axis = 2; axis < input.size(); ++axis) size *= input[axis];
  pass.resize(channels);
  pass.planes = {input[0], size, channels * size};
}

void read_running_statistics(const BatchNormValues& values, std::size_t c, BatchNormPass& pass) {
  pass.mean[c] = static_cast<double>(values.running_mean[c]);
  pass.variance[c] = static_cast<double>(values.running_var[c]);
}

/// The running variance is unbiased.
void update_running_statistics(const BatchNormParts& parts, std::size_t c, const BatchNormPass& pass) {
  const auto n = static_cast<double>(pass.planes.count());
  const auto blend = [&](Real& running, double batch) {
    running = static_cast<Real>((1 - pass.momentum) * static_cast<double>(running) + pass.momentum * batch);
  };
  blend(parts.running_mean[c], pass.mean[c]);
  blend(parts.running_var[c], pass.variance[c] * n / (n - 1));
}

void compute_affine(const BatchNormValues& values, std::size_t c, BatchNormPass& pass) {
  pass.inverse_deviation[c] = inverse_deviation(pass.variance[c], values.eps);
  pass.scale[c] = values.weight_of(c) * pass.inverse_deviation[c];
  pass.shift[c] = values.bias_of(c);
}

}  // namespace

void begin_forward(const BatchNormParts& parts, const Shape& input, Mode mode, BatchNormPass& pass) {
  const bool tracks = parts.values.tracks_running_stats();
  lay_out(input, parts.values.channels, pass);
  pass.batch_statistics = mode == Mode::train || !tracks;
  if (pass.batch_statistics && pass.planes.count() == 1)
    throw ShapeError(
        format_text("{}: expected more than one element per channel, got input {}. Use larger batches, or drop a last "
                    "batch of one sample.",
                    parts.layer.name(), to_string(input)));
  pass.momentum = 0;
  if (mode == Mode::eval || !tracks) return;
  Real& batches = *parts.num_batches_tracked;  // exact to 2^24 in float
  batches += 1;
  pass.momentum = parts.momentum.value_or(1 / static_cast<double>(batches));
}

void prepare_channel(const BatchNormParts& parts, std::size_t c, BatchNormPass& pass) {
  if (!pass.batch_statistics)
    read_running_statistics(parts.values, c, pass);
  else if (pass.momentum > 0)
    update_running_statistics(parts, c, pass);
  compute_affine(parts.values, c, pass);
}

void prepare_evaluation(const BatchNormValues& values, const Shape& input, BatchNormPass& pass) {
  lay_out(input, values.channels, pass);
  pass.batch_statistics = false;
  pass.momentum = 0;
  for (std::size_t c = 0; c < values.channels; ++c) {
    read_running_statistics(values, c, pass);
    compute_affine(values, c, pass);
  }
}

void normalize_channels(const BatchNormPass& pass, const Real* x, Real* y, std::size_t first, std::size_t last) {
  if (pass.in_columns())
    return kernels::normalize(x + first, y + first, pass.columns(first, last), &pass.mean[first], &pass.scale[first],
                              &pass.shift[first]);
  for (std::size_t c = first; c < last; ++c) {
    const std::size_t at = c * pass.planes.size;
    kernels::normalize(x + at, y + at, pass.planes, pass.affine(c));
  }
}

void begin_backward(const BatchNormParts& parts, BatchNormPass& pass) {
  const auto target = [](Parameter* parameter, Real*& gradient, Real& beta) {
    gradient = nullptr;
    if (parameter == nullptr || !parameter->trainable) return;
    const GradientTarget found = parameter->grad_target();
    gradient = found.grad.data();
    beta = found.beta;
  };
  target(parts.weight, pass.weight_grad, pass.weight_beta);
  target(parts.bias, pass.bias_grad, pass.bias_beta);
}

void prepare_channel_backward(const BatchNormValues& values, std::size_t c, BatchNormPass& pass) {
  const double r = pass.inverse_deviation[c], sum_dy = pass.sum_dy[c], sum_dy_x = pass.sum_dy_x[c];
  pass.add_gradients(c, sum_dy_x * r, sum_dy);
  const double step = -values.weight_of(c) * r / static_cast<double>(pass.planes.count());
  pass.x_scale[c] = step * r * r * sum_dy_x;
  pass.constant[c] = step * sum_dy;
}

}  // namespace minnow::inline MINNOW_PRECISION
