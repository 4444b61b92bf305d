#include <minnow/core/error.hpp>
#include <minnow/core/gemm.hpp>
#include <minnow/core/kernels.hpp>
#include <minnow/layers/dense.hpp>

namespace minnow::inline MINNOW_PRECISION {

Dense::Dense(std::size_t in, std::size_t out, Rng& rng, const DenseOptions& options)
    : in_(in), out_(out), has_bias_(options.bias) {
  if (in == 0 || out == 0) throw ValueError(name() + ": expected sizes of at least 1.");
  weight_ = Parameter({out, in});
  init_weight(weight_.value, options.init, in, out, rng);
  if (!has_bias_) return;
  bias_ = Parameter({out});
  init_bias(bias_.value, options.init, in, rng);
}

std::string Dense::name() const { return "Dense(" + std::to_string(in_) + " -> " + std::to_string(out_) + ")"; }

Shape Dense::output_shape(const Shape& input) const {
  if (input.size() != 2 || input[1] != in_)
    throw ShapeError(name() + ": expected input (N, " + std::to_string(in_) + "), got " + to_string(input) + "." +
                     (input.size() > 2 ? " Put Flatten before it." : ""));
  return {input[0], out_};
}

void Dense::forward(const Tensor& x, Tensor& y, Context&) {
  if (has_bias_ && bias_.value.shape() != Shape{out_})  // gemm checks the weight
    throw ShapeError(name() + ": expected a bias (" + std::to_string(out_) + "), got " +
                     to_string(bias_.value.shape()) + ".");
  // The product adds to the bias: with beta = 1 OpenBLAS skips its own pass of clearing y.
  if (has_bias_) kernels::fill_rows(bias_.value.data(), y.data(), y.shape()[0], out_);
  gemm(x, weight_.value, y, {.transpose_b = true, .beta = has_bias_ ? Real{1} : Real{0}});
}

void Dense::backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context&) {
  if (weight_.trainable) {
    const auto [grad, beta] = weight_.grad_target();  // (out, in)
    gemm(dy, x, grad, {.transpose_a = true, .beta = beta});
  }
  if (has_bias_ && bias_.trainable) {
    const auto [grad, beta] = bias_.grad_target();  // (out)
    kernels::sum_rows(dy.data(), grad.data(), dy.shape()[0], out_, beta);
  }
  if (dx != nullptr) gemm(dy, weight_.value, *dx);  // (N, in)
}

std::vector<NamedTensor> Dense::state() {
  std::vector<NamedTensor> entries{{"weight", weight_}};
  if (has_bias_) entries.emplace_back("bias", bias_);
  return entries;
}

}  // namespace minnow::inline MINNOW_PRECISION
