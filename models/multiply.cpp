#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/models/detail/branches_pass.hpp>
#include <minnow/models/layer_table.hpp>
#include <minnow/models/multiply.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Returns true if the gate has one element for each channel of an image.
bool is_per_channel(const Shape& gate, const Shape& x) {
  if (x.size() != 4 || gate.size() < 2 || gate[0] != x[0] || gate[1] != x[1]) return false;
  return gate.size() == 2 || (gate.size() == 4 && gate[2] == 1 && gate[3] == 1);
}

/// Calls f(element of the gate, first element of the image, elements) for channels of the images in x.
template <class F>
void for_each_channel(const Tensor& x, const F& f) {
  const std::size_t channels = x.shape()[0] * x.shape()[1], size = x.shape()[2] * x.shape()[3];
  parallel_for(channels, light_grain / (size + 1) + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) f(i, i * size, size);
  });
}

}  // namespace

Multiply::Multiply(const LayerConfig& config) : Multiply(config, standard_layers()) {}

Multiply::Multiply(const LayerConfig& config, const LayerTable& layers) {
  ConfigReader read(config, "Multiply");
  read.children(1, 1);
  read.finish();
  add_branch("gate", "gate", layers.make(config.children[0]));
}

std::optional<LayerConfig> Multiply::config() const {
  std::optional<std::vector<LayerConfig>> gate = branch_configs();
  if (!gate) return std::nullopt;
  return layer_config(*this, {"Multiply", {}, std::move(*gate)});
}

std::string Multiply::name() const { return "Multiply(" + at(0).layers_name() + ")"; }

Shape Multiply::output_shape(const Shape& input) const {
  const Shape gate = branch_shape(0, input);
  if (gate != input && !is_per_channel(gate, input))
    throw ShapeError(format_text("{}: expected gate(x) of the shape {}{}, got {}.", name(), to_string(input),
                                 input.size() == 4 ? format_text(" or ({}, {})", input[0], input[1]) : "",
                                 to_string(gate)));
  return input;
}

void Multiply::forward(const Tensor& x, Tensor& y, Context& context) {
  BranchesPass& pass = pass_of(context);
  Tensor& gate = pass.outputs[0];
  resize(gate, branch_shape(0, x.shape()));
  run_forward(0, x, gate, context);
  if (gate.size() == x.size())
    return parallel_for(x.size(), light_grain, [&](std::size_t begin, std::size_t end) {
      kernels::multiply(x.data() + begin, gate.data() + begin, y.data() + begin, end - begin);
    });
  for_each_channel(x, [&](std::size_t channel, std::size_t at, std::size_t size) {
    kernels::multiply(x.data() + at, gate.data()[channel], y.data() + at, size);
  });
}

/// d(gate) = dy x, summed over an image if the gate has one element for it; dx = dy gate + the gradient of the gate.
void Multiply::backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context& context) {
  if (dx == nullptr && !trains(0)) return;
  BranchesPass& pass = pass_of(context);
  const Tensor& gate = pass.outputs[0];
  resize(pass.dy, gate.shape());
  const bool per_element = gate.size() == x.size();
  if (per_element)
    parallel_for(x.size(), light_grain, [&](std::size_t begin, std::size_t end) {
      kernels::multiply(dy.data() + begin, x.data() + begin, pass.dy.data() + begin, end - begin);
    });
  else
    for_each_channel(x, [&](std::size_t channel, std::size_t at, std::size_t size) {
      pass.dy.data()[channel] = static_cast<Real>(kernels::dot(dy.data() + at, x.data() + at, size));
    });
  run_backward(0, x, gate, pass.dy, dx, context);
  if (dx == nullptr) return;
  if (per_element)
    return parallel_for(x.size(), light_grain, [&](std::size_t begin, std::size_t end) {
      kernels::multiply_add(dy.data() + begin, gate.data() + begin, dx->data() + begin, end - begin);
    });
  for_each_channel(x, [&](std::size_t channel, std::size_t at, std::size_t size) {
    kernels::multiply_add(dy.data() + at, gate.data()[channel], dx->data() + at, size);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
