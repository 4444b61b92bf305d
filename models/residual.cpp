#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/models/detail/branches_pass.hpp>
#include <minnow/models/layer_table.hpp>
#include <minnow/models/residual.hpp>

namespace minnow::inline MINNOW_PRECISION {

Residual::Residual(const LayerConfig& config) : Residual(config, standard_layers()) {}

Residual::Residual(const LayerConfig& config, const LayerTable& layers) {
  ConfigReader read(config, "Residual");
  read.children(1, 2);
  read.finish();
  add_branch("body", "body", layers.make(config.children[0]));
  if (config.children.size() == 2) add_branch("projection", "projection", layers.make(config.children[1]));
}

std::optional<LayerConfig> Residual::config() const {
  std::optional<std::vector<LayerConfig>> branches = branch_configs();
  if (!branches) return std::nullopt;
  return layer_config(*this, {"Residual", {}, std::move(*branches)});
}

std::string Residual::name() const {
  return "Residual(" + at(0).layers_name() + (size() > 1 ? ", projection " + at(1).layers_name() : "") + ")";
}

Shape Residual::output_shape(const Shape& input) const {
  const Shape body = branch_shape(0, input), other = size() > 1 ? branch_shape(1, input) : input;
  if (body != other)
    throw ShapeError(format_text("{}: expected {} and body(x) of the same shape, got {} and {}.{}", name(),
                                 size() > 1 ? "projection(x)" : "x", to_string(other), to_string(body),
                                 size() > 1 ? "" : " Add a projection, or use a body that keeps the shape."));
  return body;
}

/// The first branch whose backward does not read its output writes the output into y. The sum then needs no other
/// tensor.
void Residual::forward(const Tensor& x, Tensor& y, Context& context) {
  BranchesPass& pass = pass_of(context);
  pass.direct = 0;
  while (pass.direct < size() && keeps_output(pass.direct, context)) ++pass.direct;
  const auto output = [&](std::size_t i) -> Tensor& { return i == pass.direct ? y : pass.outputs[i]; };
  for (std::size_t i = 0; i < size(); ++i) {
    resize(output(i), y.shape());
    run_forward(i, x, output(i), context);
  }
  add(output(0), size() > 1 ? output(1) : x, y);
}

void Residual::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  BranchesPass& pass = pass_of(context);
  for (std::size_t i = 0; i < size(); ++i) run_backward(i, x, i == pass.direct ? y : pass.outputs[i], dy, dx, context);
  if (size() == 1 && dx != nullptr) add(*dx, dy, *dx);
}

}  // namespace minnow::inline MINNOW_PRECISION
