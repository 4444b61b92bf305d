#include <minnow/io/onnx/detail/layer_export.hpp>

#include <cmath>
#include <numbers>

namespace minnow::inline MINNOW_PRECISION::onnx_export {
namespace {

/// An element-wise operator without attributes.
std::string add_plain(const LayerExport& at, const char* op) {
  ConfigReader(at.config, at.config.type.c_str()).finish();
  return at.graph.add(op, {at.x});
}

/// Softmax and LogSoftmax, over the last axis.
std::string add_over_last_axis(const LayerExport& at, const char* op) {
  ConfigReader(at.config, op).finish();
  return at.graph.add(op, {at.x}, {{"axis", -1}});
}

/// y = sqrt(2 / pi) (x + 0.044715 x^3)
std::string add_gelu_tanh_argument(const LayerExport& at) {
  Graph& graph = at.graph;
  const std::string cube = graph.add("Mul", {graph.add("Mul", {at.x, at.x}), at.x});
  const std::string sum = graph.add("Add", {at.x, graph.add("Mul", {cube, graph.scalar(0.044715)})});
  return graph.add("Mul", {sum, graph.scalar(std::sqrt(2 / std::numbers::pi))});
}

}  // namespace

std::string add_relu(const LayerExport& at) { return add_plain(at, "Relu"); }
std::string add_sigmoid(const LayerExport& at) { return add_plain(at, "Sigmoid"); }
std::string add_hardswish(const LayerExport& at) { return add_plain(at, "HardSwish"); }
std::string add_tanh(const LayerExport& at) { return add_plain(at, "Tanh"); }
std::string add_softmax(const LayerExport& at) { return add_over_last_axis(at, "Softmax"); }
std::string add_log_softmax(const LayerExport& at) { return add_over_last_axis(at, "LogSoftmax"); }

/// y = min(max(x, 0), 6)
std::string add_relu6(const LayerExport& at) {
  ConfigReader(at.config, "ReLU6").finish();
  return at.graph.add("Clip", {at.x, at.graph.scalar(0), at.graph.scalar(6)});
}

/// y = min(max(x / 6 + 1 / 2, 0), 1)
std::string add_hardsigmoid(const LayerExport& at) {
  ConfigReader(at.config, "Hardsigmoid").finish();
  return at.graph.add("HardSigmoid", {at.x}, {{"alpha", 1.0f / 6}, {"beta", 0.5f}});
}

/// y = x sigmoid(x)
std::string add_silu(const LayerExport& at) { return at.graph.add("Mul", {at.x, add_plain(at, "Sigmoid")}); }

std::string add_leaky_relu(const LayerExport& at) {
  ConfigReader read(at.config, "LeakyReLU");
  const double slope = read.real("negative_slope");
  read.finish();
  return at.graph.add("LeakyRelu", {at.x}, {{"alpha", static_cast<float>(slope)}});
}

/// y = x (1 + erf(x / sqrt(2))) / 2, or the form with tanh. The operator Gelu needs opset 20.
std::string add_gelu(const LayerExport& at) {
  ConfigReader read(at.config, "GELU");
  const bool exact = read.text("approximate") == "none";
  read.finish();
  Graph& graph = at.graph;
  const std::string odd = exact ? graph.add("Erf", {graph.add("Div", {at.x, graph.scalar(std::numbers::sqrt2)})})
                                : graph.add("Tanh", {add_gelu_tanh_argument(at)});
  const std::string gate = graph.add("Add", {odd, graph.scalar(1)});
  return graph.add("Mul", {graph.add("Mul", {at.x, gate}), graph.scalar(0.5)});
}

}  // namespace minnow::inline MINNOW_PRECISION::onnx_export
