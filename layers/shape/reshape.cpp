#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/shape/reshape.hpp>

#include <algorithm>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

Reshape::Reshape(std::vector<std::ptrdiff_t> shape) : shape_(std::move(shape)) {
  const auto open = std::count(shape_.begin(), shape_.end(), -1);
  Shape known;
  for (const std::ptrdiff_t extent : shape_) {
    if (extent < -1 || extent == 0 || open > 1)
      throw ValueError(name() + ": expected extents of at least 1, except for one extent of -1.");
    if (extent > 0) known.push_back(static_cast<std::size_t>(extent));
  }
  open_ = open == 1;
  known_ = num_elements(known);
}

namespace {

std::vector<std::ptrdiff_t> read_shape(const LayerConfig& config) {
  ConfigReader read(config, "Reshape");
  const auto shape = read.integers("shape");
  read.finish();
  return {shape.begin(), shape.end()};
}

}  // namespace

Reshape::Reshape(const LayerConfig& config) : Reshape(read_shape(config)) {}

std::optional<LayerConfig> Reshape::config() const {
  return layer_config(*this, {"Reshape", {{"shape", ConfigValue::Integers(shape_.begin(), shape_.end())}}, {}});
}

std::string Reshape::name() const {
  std::string text;
  for (const std::ptrdiff_t extent : shape_) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "Reshape(" + text + ")";
}

Shape Reshape::output_shape(const Shape& input) const {
  if (input.empty()) throw ShapeError(name() + ": expected input (N, ...), got a scalar. Add a batch axis.");
  std::size_t sample = 1;
  for (std::size_t axis = 1; axis < input.size(); ++axis) sample *= input[axis];
  if (open_ ? sample == 0 || sample % known_ != 0 : sample != known_)
    throw ShapeError(format_text("{}: expected {}{} elements per sample, got {} in {}.", name(),
                                 open_ ? "a multiple of " : "", known_, sample, to_string(input)));
  Shape output{input[0]};
  for (const std::ptrdiff_t extent : shape_)
    output.push_back(extent == -1 ? sample / known_ : static_cast<std::size_t>(extent));
  return output;
}

void Reshape::forward(const Tensor& x, Tensor& y, Context&) { std::copy_n(x.data(), x.size(), y.data()); }

void Reshape::backward(const Tensor&, const Tensor&, const Tensor& dy, Tensor* dx, Context&) {
  if (dx != nullptr) std::copy_n(dy.data(), dy.size(), dx->data());
}

}  // namespace minnow::inline MINNOW_PRECISION
