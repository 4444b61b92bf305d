#include <minnow/io/onnx/detail/layer_export.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION::onnx_export {
namespace {

/// The names of the weight and the bias in the graph; an empty name if there is no bias.
struct WeightAndBias {
  std::string weight, bias;
};

/// Returns a tensor of a BatchNorm; `count` times `otherwise` if it has none of this name.
std::vector<double> values_of(const Layer& norm, const char* name, std::size_t count, double otherwise) {
  for (const NamedConstTensor& entry : norm.const_state())
    if (entry.name == name) return {entry.value->values().begin(), entry.value->values().end()};
  return std::vector<double>(count, otherwise);
}

/// Adds the weights of y = scale (W x + b - mean) + shift with scale = weight / sqrt(variance + eps), in double.
WeightAndBias add_folded(const LayerExport& at) {
  const FixedTensor &weight = *at.tensor("weight"), *bias = at.tensor("bias");
  const Layer& norm = *at.folded_norm;
  const std::size_t channels = weight.shape()[0], row = weight.size() / channels;
  const std::vector<double> scale = values_of(norm, "weight", channels, 1),
                            shift = values_of(norm, "bias", channels, 0),
                            mean = values_of(norm, "running_mean", channels, 0),
                            variance = values_of(norm, "running_var", channels, 1);
  const LayerConfig config = *norm.config();
  const double eps = ConfigReader(config, config.type.c_str()).real("eps");
  std::vector<double> weights(weight.values().begin(), weight.values().end()), biases(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const double sum = variance[c] + eps;  // a constant channel is normalised to 0, as in predict()
    const double factor = sum < std::numeric_limits<float>::min() ? 0 : scale[c] / std::sqrt(sum);
    for (std::size_t i = 0; i < row; ++i) weights[c * row + i] *= factor;
    biases[c] = ((bias != nullptr ? static_cast<double>(bias->values()[c]) : 0) - mean[c]) * factor + shift[c];
  }
  const std::string name = at.model.names.at(&weight);
  const std::string bias_name = name.substr(0, name.size() - std::string_view("weight").size()) + "bias";
  return {at.graph.constant(name, weight.shape(), std::span<const double>(weights)),
          at.graph.constant(bias_name, {channels}, std::span<const double>(biases))};
}

WeightAndBias add_weights(const LayerExport& at) {
  if (at.folded_norm != nullptr) return add_folded(at);
  return {at.constant("weight"), at.tensor("bias") != nullptr ? at.constant("bias") : ""};
}

/// Returns the zeros before and after the image that the padding "same" adds. The extra zero comes last.
std::vector<std::int64_t> same_padding(const LayerExport& at, Size2d kernel, Size2d stride, Size2d dilation) {
  const std::int64_t h = missing_elements(at.input[2], at.output[2], kernel.height, stride.height, dilation.height),
                     w = missing_elements(at.input[3], at.output[3], kernel.width, stride.width, dilation.width);
  return {h / 2, w / 2, h - h / 2, w - w / 2};
}

}  // namespace

bool can_fold(const Layer& layer, const Shape& output, const Layer& norm) {
  const std::optional<LayerConfig> before = layer.config(), after = norm.config();
  if (!before || !after) return false;
  const bool pair = (before->type == "Conv2d" && after->type == "BatchNorm2d") ||
                    (before->type == "Dense" && after->type == "BatchNorm1d" && output.size() == 2);
  const ConfigValue* tracks = after->find("track_running_stats");
  return pair && tracks != nullptr && *tracks == ConfigValue(true);
}

/// y = x W^T + b over the last axis.
std::string add_dense(const LayerExport& at) {
  ConfigReader read(at.config, "Dense");
  read.size("in");
  read.size("out");
  read.boolean("bias");
  read.finish();
  Graph& graph = at.graph;
  const auto [weight, bias] = add_weights(at);
  if (at.input.size() == 2) {
    std::vector<std::string> inputs{at.x, weight};
    if (!bias.empty()) inputs.push_back(bias);
    return graph.add("Gemm", inputs, {{"transB", 1}});
  }
  const std::string product = graph.add("MatMul", {at.x, graph.add("Transpose", {weight})});
  return bias.empty() ? product : graph.add("Add", {product, bias});
}

std::string add_conv(const LayerExport& at) {
  ConfigReader read(at.config, "Conv2d");
  read.size("in");
  read.size("out");
  read.boolean("bias");
  const Size2d kernel = read.size2d("kernel"), stride = read.size2d("stride"), dilation = read.size2d("dilation");
  const std::size_t groups = read.size("groups");
  const bool same = read.is_text("padding") && read.text("padding") == "same";
  const Size2d zeros = same ? Size2d(0) : read.size2d("padding");
  read.finish();
  const auto [weight, bias] = add_weights(at);
  std::vector<std::string> inputs{at.x, weight};
  if (!bias.empty()) inputs.push_back(bias);
  return at.graph.add("Conv", inputs,
                      {{"kernel_shape", integers(kernel)},
                       {"strides", integers(stride)},
                       {"dilations", integers(dilation)},
                       {"pads", same ? same_padding(at, kernel, stride, dilation) : integers(zeros, zeros)},
                       {"group", static_cast<std::int64_t>(groups)}});
}

/// The ids are elements of x, in float32.
std::string add_embedding(const LayerExport& at) {
  ConfigReader read(at.config, "Embedding");
  read.size("num_embeddings");
  read.size("dim");
  read.optional_size("padding_idx");
  read.finish();
  constexpr std::int64_t int64 = 7;  // TensorProto::INT64
  const std::string ids = at.graph.add("Cast", {at.x}, {{"to", int64}});
  return at.graph.add("Gather", {at.constant("weight"), ids}, {{"axis", 0}});
}

}  // namespace minnow::inline MINNOW_PRECISION::onnx_export
