#include <minnow/core/error.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/linear/detail/dense_passes.hpp>

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

void Dense::forward(const Tensor& x, Tensor& y, Context&) { dense_forward(pass_parameters(), Activation::none, x, y); }

void Dense::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  dense_backward(pass_parameters(), Activation::none, x, y, dy, dx, nullptr);
}

std::vector<NamedTensor> Dense::state() {
  std::vector<NamedTensor> entries{{"weight", weight_}};
  if (has_bias_) entries.emplace_back("bias", bias_);
  return entries;
}

}  // namespace minnow::inline MINNOW_PRECISION
