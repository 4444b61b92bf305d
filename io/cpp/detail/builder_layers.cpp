#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/cpp/detail/builder.hpp>
#include <minnow/io/cpp/detail/weights.hpp>
#include <minnow/layers/pooling/pooling_window.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

/// Returns a literal of the value rounded to float.
std::string literal(double value) { return format_text("{:.8e}f", static_cast<float>(value)); }

std::string size_text(Size2d size) { return format_text("Size<{}, {}>", size.height, size.width); }

std::string image_text(const Shape& image) { return format_text("Image<{}, {}, {}>", image[1], image[2], image[0]); }

/// Returns the zeros before the first element along an axis, and the number of outputs.
std::pair<std::size_t, std::size_t> output_axis(std::size_t size, std::size_t kernel, std::size_t stride,
                                                std::size_t dilation, std::size_t zeros, bool same) {
  const std::size_t reach = dilation * (kernel - 1) + 1;
  if (!same) return {zeros, (size + 2 * zeros - reach) / stride + 1};
  const std::size_t last = (size - 1) / stride * stride, padded = std::max(last + reach, size);
  return {(padded - size) / 2, (padded - reach) / stride + 1};
}

}  // namespace

CppValue CppBuilder::dense(const CppLayer& layer, CppValue x) {
  ConfigReader read(layer.config, "Dense");
  const std::size_t in = read.size("in"), out = read.size("out");
  if (x.shape.size() > 1) x = in_order(x);
  CppProduct product{out, 1, in, 1, values(layer, "weight"), values(layer, "bias")};
  if (!x.image.empty()) {
    product.channels = x.image[0];
    product.positions = x.image[1] * x.image[2];
  }
  CppValue y{0, x.shape};
  y.shape.back() = out;
  CppStep& step = emit(cpp_label(layer), "dense", texts({num_elements(x.shape) / in, in, out}), x.tensor, y);
  step.activation = "Identity";
  step.constants = {cpp_name(layer)};
  step.product = std::move(product);
  return y;
}

CppValue CppBuilder::convolution(const CppLayer& layer, CppValue x) {
  ConfigReader read(layer.config, "Conv2d");
  const std::size_t in = read.size("in"), out = read.size("out"), groups = read.size("groups", 1);
  const Size2d kernel = read.size2d("kernel"), stride = read.size2d("stride", Size2d(1)),
               dilation = read.size2d("dilation", Size2d(1));
  const bool same = read.is_text("padding");
  const Size2d zeros = same ? Size2d(0) : read.size2d("padding", Size2d(0));
  x = as_image(x);
  auto [top, height] = output_axis(x.shape[1], kernel.height, stride.height, dilation.height, zeros.height, same);
  auto [left, width] = output_axis(x.shape[2], kernel.width, stride.width, dilation.width, zeros.width, same);
  if (const auto found = padded_.find(x.tensor);
      found != padded_.end() && shared_[x.tensor] == 0 && program_.steps.back().output == x.tensor) {
    program_.steps.pop_back();  // the convolution adds these zeros too
    top += found->second.top;
    left += found->second.left;
    x = found->second.x;
  }
  CppValue y{0, {out, height, width}};
  y.image = y.shape;
  CppProduct product{
      out, groups, in / groups, kernel.height * kernel.width, values(layer, "weight"), values(layer, "bias")};
  product.depthwise = groups == in && in == out && in > 1;
  const bool reads_pixels = kernel == Size2d(1) && stride == Size2d(1) && top + left == 0 && groups == 1;
  std::vector<std::string> arguments{image_text(x.image), image_text(y.image),    size_text(kernel),
                                     size_text(stride),   size_text({top, left}), size_text(dilation)};
  if (!product.depthwise) {
    arguments.push_back(std::to_string(groups));
    arguments.push_back(size_text(Size2d(1)));  // the pooling window
  }
  CppStep& step =
      emit(cpp_label(layer), product.depthwise ? "depthwise" : "convolution", std::move(arguments), x.tensor, y);
  step.activation = "Identity";
  step.constants = {cpp_name(layer)};
  step.scratch = product.depthwise || reads_pixels ? 0 : product.depth();
  step.product = std::move(product);
  return y;
}

CppValue CppBuilder::pooling(const CppLayer& layer, CppValue x) {
  const bool max = layer.config.type == "MaxPool2d";
  ConfigReader read(layer.config, layer.config.type.c_str());
  const PoolingWindow window(layer.config.type, read);
  const Size2d kernel = read.size2d("kernel");
  x = as_image(x);
  const Shape out = window.output_shape({1, x.shape[0], x.shape[1], x.shape[2]});
  CppValue y{0, {out[1], out[2], out[3]}};
  y.image = y.shape;
  const Size2d stride = read.size2d("stride", kernel), padding = read.size2d("padding", Size2d(0));
  const bool tiles = max && kernel == stride && padding == Size2d(0) && window.dilation() == Size2d(1) &&
                     !read.boolean("ceil_mode", false);
  if (tiles && pool_in_step(layer, kernel, x, y)) {
    y.tensor = x.tensor;
    return y;
  }
  const std::string last =
      max ? size_text(window.dilation()) : (read.boolean("count_include_pad", true) ? "true" : "false");
  emit(cpp_label(layer), max ? "max_pool" : "avg_pool",
       {image_text(x.image), image_text(y.image), size_text(kernel), size_text(stride), size_text(padding), last},
       x.tensor, y);
  return y;
}

/// Fuses a maximum over adjacent windows into the convolution that computes x. Returns false if another step does.
bool CppBuilder::pool_in_step(const CppLayer& layer, Size2d window, const CppValue& x, const CppValue& y) {
  CppStep* step = step_of(x);
  if (step == nullptr || step->kernel != "convolution" || !step->open) return false;
  step->arguments[1] = image_text(y.image);
  step->arguments.back() = size_text(window);
  step->open = false;
  step->shape = y.shape;
  step->scratch = step->product->depth();
  step->layers += ", " + cpp_label(layer);
  program_.tensors[x.tensor] = num_elements(y.shape);
  return true;
}

CppValue CppBuilder::global_mean(const CppLayer& layer, CppValue x) {
  x = as_image(x);
  CppValue y{0, {x.shape[0]}};
  emit(cpp_label(layer), "global_mean", texts({x.shape[1] * x.shape[2], x.shape[0]}), x.tensor, y);
  return y;
}

CppValue CppBuilder::zero_pad(const CppLayer& layer, CppValue x) {
  x = as_image(x);
  ConfigReader read(layer.config, "ZeroPad2d");
  const ConfigValue::Integers zeros = read.integers("padding");  // left, right, top, bottom
  const auto side = [&](std::size_t i) { return static_cast<std::size_t>(zeros[i]); };
  CppValue y{0, {x.shape[0], side(2) + x.shape[1] + side(3), side(0) + x.shape[2] + side(1)}};
  y.image = y.shape;
  emit(cpp_label(layer), "zero_pad",
       {image_text(x.image), image_text(y.image), std::to_string(side(2)), std::to_string(side(0))}, x.tensor, y);
  padded_.emplace(y.tensor, Padded{x, side(2), side(0)});
  return y;
}

CppValue CppBuilder::batch_norm(const CppLayer& layer, CppValue x) {
  const std::vector<double> mean = values(layer, "running_mean"), variance = values(layer, "running_var");
  const std::vector<double> weight = values(layer, "weight"), bias = values(layer, "bias");
  if (mean.empty())
    throw ValueError(
        format_text("expected norms with running statistics, got {} without them, whose output depends on the batch.",
                    cpp_label(layer)));
  ConfigReader read(layer.config, layer.config.type.c_str());
  const double eps = read.real("eps", 1e-5);
  std::vector<double> scale, shift;
  for (std::size_t c = 0; c < mean.size(); ++c) {
    const double sum = variance[c] + eps;  // of a constant channel: as in prediction
    scale.push_back(sum < static_cast<double>(std::numeric_limits<Real>::min()) ? 0 : 1 / std::sqrt(sum));
    if (!weight.empty()) scale[c] *= weight[c];
    shift.push_back((bias.empty() ? 0 : bias[c]) - mean[c] * scale[c]);
  }
  const bool by_channel = x.shape.size() == 1 ? x.shape[0] == scale.size() : !x.image.empty();
  if (CppStep* step = open_step(x);
      step != nullptr && step->product && step->product->out == scale.size() && by_channel) {
    fold(*step->product, scale, shift);
    step->layers += ", " + cpp_label(layer);
    return x;
  }
  return scale_shift(cpp_label(layer), cpp_name(layer), x, std::move(scale), std::move(shift));
}

CppValue CppBuilder::scale_shift(const std::string& layers, const std::string& name, CppValue x,
                                 std::vector<double> scale, std::vector<double> shift) {
  if (x.shape.size() == 1) x = in_order(x);
  const std::size_t channels = x.shape[0], length = num_elements(x.shape) / channels;
  program_.constants.push_back(cpp_constant(name + "_scale", scale));
  program_.constants.push_back(cpp_constant(name + "_shift", shift));
  CppStep& step = emit(layers, "scale_shift",
                       x.image.empty() ? texts({1, channels, length}) : texts({length, channels, 1}), x.tensor, x);
  step.activation = "Identity";
  step.constants = {name + "_scale", name + "_shift"};
  step.in_place = true;
  return x;
}

CppValue CppBuilder::layer_norm(const CppLayer& layer, CppValue x) {
  x = in_order(x);
  ConfigReader read(layer.config, "LayerNorm");
  const std::size_t size = num_elements(x.shape), columns = num_elements(read.shape("normalized_shape"));
  std::vector<std::string> constants{constant(layer, "weight"), constant(layer, "bias"),
                                     literal(read.real("eps", 1e-5))};
  CppStep& step = emit(cpp_label(layer), "layer_norm", texts({size / columns, columns}), x.tensor, x);
  step.constants = std::move(constants);
  step.in_place = true;
  return x;
}

CppValue CppBuilder::embedding(const CppLayer& layer, CppValue x) {
  x = in_order(x);
  ConfigReader read(layer.config, "Embedding");
  const std::size_t count = read.size("num_embeddings"), dim = read.size("dim");
  std::vector<std::string> constants;
  if (int8_) {
    auto [bytes, scale] = cpp_bytes(cpp_name(layer) + "_weight", values(layer, "weight"), dim);
    constants = {bytes.name, scale.name};
    program_.constants.push_back(std::move(bytes));
    program_.constants.push_back(std::move(scale));
  } else {
    constants = {constant(layer, "weight"), "nullptr"};
  }
  CppValue y = x;
  y.shape.push_back(dim);
  CppStep& step = emit(cpp_label(layer), "embedding", texts({num_elements(x.shape), count, dim}), x.tensor, y);
  step.constants = std::move(constants);
  return y;
}

CppValue CppBuilder::softmax(const CppLayer& layer, CppValue x) {
  x = in_order(x);
  const std::size_t columns = x.shape.back();
  CppStep& step = emit(cpp_label(layer), "softmax",
                       {std::to_string(num_elements(x.shape) / columns), std::to_string(columns),
                        layer.config.type == "LogSoftmax" ? "true" : "false"},
                       x.tensor, x);
  step.in_place = true;
  return x;
}

CppValue CppBuilder::flatten(CppValue x) {
  x.shape = {num_elements(x.shape)};
  return x;
}

CppValue CppBuilder::reshape(const CppLayer& layer, CppValue x) {
  x = in_order(x);
  ConfigReader read(layer.config, "Reshape");
  Shape shape;
  std::size_t known = 1;
  for (const std::int64_t extent : read.integers("shape"))
    if (extent > 0) known *= static_cast<std::size_t>(extent);
  for (const std::int64_t extent : read.integers("shape"))
    shape.push_back(extent > 0 ? static_cast<std::size_t>(extent) : num_elements(x.shape) / known);
  x.shape = shape;
  return x;
}

CppValue CppBuilder::activation(const CppLayer& layer, CppValue x, const std::string& name) {
  if (CppStep* step = open_step(x)) {
    step->activation = name;
    step->layers += ", " + cpp_label(layer);
    return x;
  }
  CppStep& step = emit(cpp_label(layer), "map", texts({num_elements(x.shape)}), x.tensor, x);
  step.activation = name;
  step.in_place = true;
  return x;
}

CppValue CppBuilder::leaky_relu(const CppLayer& layer, const CppValue& x) {
  ConfigReader read(layer.config, "LeakyReLU");
  const std::string name = "LeakyReLU" + std::to_string(program_.activations.size());
  program_.activations.emplace_back(
      name, format_text("\nstruct {} {{\n  static float of(float x) {{ return x < 0 ? {} * x : x; }}\n}};\n", name,
                        literal(read.real("negative_slope", 0.01))));
  return activation(layer, x, name);
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
