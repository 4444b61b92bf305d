#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/normalization/detail/layer_norm_kernels.hpp>
#include <minnow/layers/normalization/layer_norm.hpp>

#include <algorithm>
#include <tuple>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// What forward leaves for backward, a row each.
struct Statistics {
  std::vector<kernels::RowStatistics> rows;
};

const Real* numbers(bool has, const Parameter& parameter) { return has ? parameter.value.data() : nullptr; }

/// A gradient to write, if it is wanted.
struct Wanted {
  Real* grad = nullptr;
  Real beta = 0;

  Wanted(bool has, Parameter& parameter) {
    if (!has || !parameter.trainable) return;
    const GradientTarget target = parameter.grad_target();
    grad = target.grad.data();
    beta = target.beta;
  }
};

std::size_t rows_a_piece(std::size_t cols) { return std::max<std::size_t>(light_piece / 2 / cols, 1); }

}  // namespace

LayerNorm::LayerNorm(const Shape& normalized_shape, const LayerNormOptions& options)
    : shape_(normalized_shape),
      features_(num_elements(normalized_shape)),
      eps_(options.eps),
      has_weight_(options.elementwise_affine),
      has_bias_(options.elementwise_affine && options.bias) {
  if (shape_.empty() || features_ == 0) throw ValueError(name() + ": expected extents of at least 1.");
  if (!(eps_ >= 0)) throw ValueError(format_text("{}: expected an eps of at least 0, got {:.6g}.", name(), eps_));
  if (has_weight_) {
    weight_ = Parameter(shape_);
    weight_.value.fill(1);
  }
  if (has_bias_) bias_ = Parameter(shape_);
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

/// The parameters are anybody's to assign to: a wrong shape would be read beyond its end.
void LayerNorm::check_parameters() const {
  for (const auto& [has, parameter, what] : {std::tuple{has_weight_, &weight_, "weight"}, {has_bias_, &bias_, "bias"}})
    if (has && parameter->value.shape() != shape_)
      throw ShapeError(format_text("{}: expected a {} {}, got {}.", name(), what, to_string(shape_),
                                   to_string(parameter->value.shape())));
}

void LayerNorm::forward(const Tensor& x, Tensor& y, Context& context) {
  check_parameters();
  auto& statistics = context.scratch<Statistics>().rows;
  const std::size_t rows = x.size() / features_, n = features_;
  statistics.resize(rows);
  parallel_for(rows, rows_a_piece(n), [&](std::size_t begin, std::size_t end) {
    kernels::layer_norm({end - begin, n, x.data() + begin * n, numbers(has_weight_, weight_), numbers(has_bias_, bias_),
                         statistics.data() + begin},
                        eps_, y.data() + begin * n);
  });
}

void LayerNorm::backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context& context) {
  auto& statistics = context.scratch<Statistics>().rows;
  const std::size_t rows = x.size() / features_, n = features_;
  const kernels::NormRows all{rows, n, x.data(), numbers(has_weight_, weight_), nullptr, statistics.data()};
  const Wanted weight(has_weight_, weight_), bias(has_bias_, bias_);
  if (weight.grad != nullptr || bias.grad != nullptr) {
    constexpr std::size_t line = 64;  // columns that start on a cache line
    const std::size_t columns =
        std::max(light_piece / 2 / std::max<std::size_t>(rows, 1) / line, std::size_t{1}) * line;
    parallel_for(n, columns, [&](std::size_t begin, std::size_t end) {
      kernels::layer_norm_gradients(all, dy.data(), begin, end, weight.grad, weight.beta, bias.grad, bias.beta);
    });
  }
  if (dx == nullptr) return;
  parallel_for(rows, rows_a_piece(n), [&](std::size_t begin, std::size_t end) {
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
