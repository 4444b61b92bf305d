#include <minnow/core/error.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/linear/detail/dense_passes.hpp>

#include <limits>

namespace minnow::inline MINNOW_PRECISION {

Dense::Dense(std::size_t in, std::size_t out, Rng& rng, const DenseOptions& options)
    : in_(in), out_(out), has_bias_(options.bias) {
  make_parameters();
  init_weight(weight_.value, options.init, in, out, rng);
  if (has_bias_) init_bias(bias_.value, options.init, in, rng);
}

Dense::Dense(const LayerConfig& config) {
  ConfigReader read(config, "Dense");
  in_ = read.size("in");
  out_ = read.size("out");
  has_bias_ = read.boolean("bias", true);
  read.finish();
  make_parameters();
}

void Dense::make_parameters() {
  constexpr std::size_t max_size = std::numeric_limits<int>::max();  // OpenBLAS stores sizes as int
  if (in_ == 0 || out_ == 0 || in_ > max_size || out_ > max_size)
    throw ValueError(name() + ": expected sizes from 1 to 2^31 - 1.");
  weight_ = Parameter({out_, in_});
  if (has_bias_) bias_ = Parameter({out_});
}

std::optional<LayerConfig> Dense::config() const {
  return layer_config(*this, {"Dense", {{"in", in_}, {"out", out_}, {"bias", has_bias_}}, {}});
}

std::string Dense::name() const { return "Dense(" + std::to_string(in_) + " -> " + std::to_string(out_) + ")"; }

Shape Dense::output_shape(const Shape& input) const {
  if (input.size() < 2 || input.back() != in_)
    throw ShapeError(name() + ": expected input (N, ..., " + std::to_string(in_) + "), got " + to_string(input) + "." +
                     (input.size() > 2 ? " Put Flatten before it." : ""));
  Shape shape = input;
  shape.back() = out_;
  return shape;
}

DenseParts Dense::parts() { return {&weight_, has_bias_ ? &bias_ : nullptr}; }

void Dense::forward(const Tensor& x, Tensor& y, Context&) {
  dense_forward(parts(), x, y, [](const DenseBlock& block) { block.add_bias(Activation::none); });
}

void Dense::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  dense_backward(parts(), Activation::none, x, y, dy, dx, nullptr);
}

std::vector<NamedTensor> Dense::state() {
  std::vector<NamedTensor> entries{{"weight", weight_}};
  if (has_bias_) entries.emplace_back("bias", bias_);
  return entries;
}

}  // namespace minnow::inline MINNOW_PRECISION
