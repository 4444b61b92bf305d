#include <minnow/io/onnx/detail/layer_export.hpp>

namespace minnow::inline MINNOW_PRECISION::onnx_export {
namespace {

/// y = weight (x - mean) / sqrt(variance + eps) + bias with mean and variance over the batch and all axes but 1.
std::string add_batch_statistics(const LayerExport& at, std::size_t channels, double eps) {
  Graph& graph = at.graph;
  std::vector<std::int64_t> axes{0};
  std::vector<std::int64_t> broadcast{static_cast<std::int64_t>(channels)};
  for (std::size_t axis = 2; axis < at.input.size(); ++axis) {
    axes.push_back(static_cast<std::int64_t>(axis));
    broadcast.push_back(1);
  }
  const auto mean = [&](const std::string& x) { return graph.add("ReduceMean", {x}, {{"axes", axes}}); };
  const std::string centred = graph.add("Sub", {at.x, mean(at.x)});
  const std::string variance = mean(graph.add("Mul", {centred, centred}));
  const std::string deviation = graph.add("Sqrt", {graph.add("Add", {variance, graph.scalar(eps)})});
  const std::string y = graph.add("Div", {centred, deviation});
  if (at.tensor("weight") == nullptr) return y;
  const auto parameter = [&](const char* name) {
    return graph.add("Reshape", {at.constant(name), graph.integers(broadcast)});
  };
  return graph.add("Add", {graph.add("Mul", {y, parameter("weight")}), parameter("bias")});
}

}  // namespace

std::string add_batch_norm(const LayerExport& at) {
  ConfigReader read(at.config, at.config.type.c_str());
  const std::size_t channels = read.size("channels");
  const double eps = read.real("eps");
  read.optional_real("momentum");
  read.boolean("affine");
  const bool tracks = read.boolean("track_running_stats");
  read.finish();
  if (!tracks) return add_batch_statistics(at, channels, eps);
  return at.graph.add("BatchNormalization",
                      {at.x, at.constant_or("weight", {channels}, 1), at.constant_or("bias", {channels}, 0),
                       at.constant("running_mean"), at.constant("running_var")},
                      {{"epsilon", static_cast<float>(eps)}});
}

std::string add_layer_norm(const LayerExport& at) {
  ConfigReader read(at.config, "LayerNorm");
  const Shape shape = read.shape("normalized_shape");
  const double eps = read.real("eps");
  read.boolean("elementwise_affine");
  read.boolean("bias");
  read.finish();
  std::vector<std::string> inputs{at.x, at.constant_or("weight", shape, 1)};
  if (at.tensor("bias") != nullptr) inputs.push_back(at.constant("bias"));
  return at.graph.add("LayerNormalization", inputs,
                      {{"axis", -static_cast<std::int64_t>(shape.size())}, {"epsilon", static_cast<float>(eps)}});
}

}  // namespace minnow::inline MINNOW_PRECISION::onnx_export
