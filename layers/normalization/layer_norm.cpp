#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/normalization/detail/layer_norm_kernels.hpp>
#include <minnow/layers/normalization/layer_norm.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// The statistics of each row, which forward stores for backward.
struct Statistics {
  std::vector<kernels::RowStatistics> rows;
};

const Real* values(bool has, const Parameter& parameter) { return has ? parameter.value.data() : nullptr; }

/// The target of a gradient; null if the parameter is absent or frozen.
struct Target {
  Real* grad = nullptr;
  Real beta = 0;

  Target(bool has, Parameter& parameter) {
    if (!has || !parameter.trainable) return;
    const GradientTarget target = parameter.grad_target();
    grad = target.grad.data();
    beta = target.beta;
  }
};

std::size_t row_grain(std::size_t cols) { return std::max<std::size_t>(light_grain / 2 / cols, 1); }

}  // namespace

LayerNorm::LayerNorm(const Shape& normalized_shape, const LayerNormOptions& options)
    : shape_(normalized_shape),
      features_(num_elements(normalized_shape)),
      eps_(options.eps),
      has_weight_(options.elementwise_affine),
      has_bias_(options.elementwise_affine && options.bias) {
  make_parameters();
  if (has_weight_) weight_.value.fill(1);
}

LayerNorm::LayerNorm(const LayerConfig& config) {
  ConfigReader read(config, "LayerNorm");
  shape_ = read.shape("normalized_shape");
  features_ = num_elements(shape_);
  eps_ = read.real("eps", 1e-5);
  has_weight_ = read.boolean("elementwise_affine", true);
  has_bias_ = read.boolean("bias", true) && has_weight_;
  read.finish();
  make_parameters();
}

void LayerNorm::make_parameters() {
  if (shape_.empty() || features_ == 0) throw ValueError(name() + ": expected extents of at least 1.");
  if (!(eps_ >= 0)) throw ValueError(format_text("{}: expected an eps of at least 0, got {:.6g}.", name(), eps_));
  if (has_weight_) weight_ = Parameter(shape_);
  if (has_bias_) bias_ = Parameter(shape_);
}

std::optional<LayerConfig> LayerNorm::config() const {
  return layer_config(
      *this, {"LayerNorm",
              {{"normalized_shape", shape_}, {"eps", eps_}, {"elementwise_affine", has_weight_}, {"bias", has_bias_}},
              {}});
}

std::string LayerNorm::name() const { return "LayerNorm" + to_string(shape_); }

Shape LayerNorm::output_shape(const Shape& input) const {
  const std::size_t axes = shape_.size();
  if (input.size() <= axes ||
      !std::equal(shape_.begin(), shape_.end(), input.end() - static_cast<std::ptrdiff_t>(axes)))
    throw ShapeError(
        format_text("{}: expected input (N, ..., {}, got {}.", name(), to_string(shape_).substr(1), to_string(input)));
  return input;
}

void LayerNorm::forward(const Tensor& x, Tensor& y, Context& context) {
  auto& statistics = context.scratch<Statistics>().rows;
  const std::size_t rows = x.size() / features_, n = features_;
  statistics.resize(rows);
  parallel_for(rows, row_grain(n), [&](std::size_t begin, std::size_t end) {
    kernels::layer_norm({end - begin, n, x.data() + begin * n, values(has_weight_, weight_), values(has_bias_, bias_),
                         statistics.data() + begin},
                        eps_, y.data() + begin * n);
  });
}

void LayerNorm::backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context& context) {
  auto& statistics = context.scratch<Statistics>().rows;
  const std::size_t rows = x.size() / features_, n = features_;
  const kernels::NormRows all{rows, n, x.data(), values(has_weight_, weight_), nullptr, statistics.data()};
  const Target weight(has_weight_, weight_), bias(has_bias_, bias_);
  if (weight.grad != nullptr || bias.grad != nullptr) {
    constexpr std::size_t lines = 64;  // columns of some cache lines; a thread reads several lines of each row
    const std::size_t least = std::max(light_grain / 2 / std::max<std::size_t>(rows, 1), n / 4);
    const std::size_t columns = (least / lines + 1) * lines;
    parallel_for(n, columns, [&](std::size_t begin, std::size_t end) {
      kernels::layer_norm_gradients(all, dy.data(), begin, end, weight.grad, weight.beta, bias.grad, bias.beta);
    });
  }
  if (dx == nullptr) return;
  parallel_for(rows, row_grain(n), [&](std::size_t begin, std::size_t end) {
    kernels::layer_norm_backward({end - begin, n, x.data() + begin * n, all.weight, nullptr, all.statistics + begin},
                                 dy.data() + begin * n, dx->data() + begin * n);
  });
}

std::vector<NamedTensor> LayerNorm::state() {
  std::vector<NamedTensor> entries;
  if (has_weight_) entries.emplace_back("weight", weight_);
  if (has_bias_) entries.emplace_back("bias", bias_);
  return entries;
}

}  // namespace minnow::inline MINNOW_PRECISION
