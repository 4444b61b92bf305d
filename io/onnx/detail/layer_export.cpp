#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/onnx/detail/layer_export.hpp>
#include <minnow/models/concat.hpp>
#include <minnow/models/multiply.hpp>
#include <minnow/models/residual.hpp>
#include <minnow/models/sequential.hpp>

#include <algorithm>
#include <string_view>
#include <typeinfo>

namespace minnow::inline MINNOW_PRECISION::onnx_export {
namespace {

struct Entry {
  std::string_view type;
  LayerFunction* add;
};

constexpr Entry functions[] = {
    {"AvgPool2d", add_avg_pool},
    {"BatchNorm1d", add_batch_norm},
    {"BatchNorm2d", add_batch_norm},
    {"Conv2d", add_conv},
    {"Dense", add_dense},
    {"Dropout", add_dropout},
    {"Embedding", add_embedding},
    {"Flatten", add_flatten},
    {"GELU", add_gelu},
    {"GlobalAvgPool2d", add_global_avg_pool},
    {"Hardsigmoid", add_hardsigmoid},
    {"Hardswish", add_hardswish},
    {"LayerNorm", add_layer_norm},
    {"LeakyReLU", add_leaky_relu},
    {"LogSoftmax", add_log_softmax},
    {"MaxPool2d", add_max_pool},
    {"ReLU", add_relu},
    {"ReLU6", add_relu6},
    {"Reshape", add_reshape},
    {"SiLU", add_silu},
    {"Sigmoid", add_sigmoid},
    {"Softmax", add_softmax},
    {"Tanh", add_tanh},
    {"ZeroPad2d", add_zero_pad},
};

Value add_leaf(ModelExport& model, const Layer& layer, const Value& x, const Layer* folded_norm = nullptr) {
  const std::optional<LayerConfig> config = layer.config();
  const Entry* found = config ? std::ranges::find(functions, config->type, &Entry::type) : std::end(functions);
  if (found == std::end(functions))
    throw ValueError(
        format_text("export_onnx: expected layers of Minnow, got {}, which has no ONNX form. Replace it, or "
                    "export the layers around it.",
                    layer.name()));
  Shape output = layer.output_shape(x.shape);
  LayerExport at{model, model.graph, layer, *config, x.name, x.shape, output, folded_norm};
  return {found->add(at), output};
}

/// Appends the layers of a Sequential, and of those in it.
void append_layers(const Sequential& layers, std::vector<const Layer*>& list) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& child = layers[i];
    if (typeid(child) == typeid(Sequential))
      append_layers(static_cast<const Sequential&>(child), list);
    else
      list.push_back(&child);
  }
}

Value add_sequential(ModelExport& model, const Sequential& layers, Value x) {
  std::vector<const Layer*> list;
  append_layers(layers, list);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool folds =
        model.fold_norms && i + 1 < list.size() && can_fold(*list[i], list[i]->output_shape(x.shape), *list[i + 1]);
    x = folds ? add_leaf(model, *list[i], x, list[i + 1]) : add_layer(model, *list[i], x);
    i += folds ? 1 : 0;
  }
  return x;
}

/// y = body(x) + x, or body(x) + projection(x).
Value add_residual(ModelExport& model, const Residual& layer, const Value& x) {
  const Value body = add_layer(model, layer[0], x), other = layer.size() > 1 ? add_layer(model, layer[1], x) : x;
  return {model.graph.add("Add", {body.name, other.name}), body.shape};
}

Value add_concat(ModelExport& model, const Concat& layer, const Value& x) {
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < layer.size(); ++i) outputs.push_back(add_layer(model, layer[i], x).name);
  return {model.graph.add("Concat", outputs, {{"axis", 1}}), layer.output_shape(x.shape)};
}

/// y = x gate(x). A gate of one element for each channel is broadcast over the image.
Value add_multiply(ModelExport& model, const Multiply& layer, const Value& x) {
  Value gate = add_layer(model, layer[0], x);
  const std::int64_t image_axes[] = {2, 3};
  if (gate.shape.size() < x.shape.size())
    gate.name = model.graph.add("Unsqueeze", {gate.name, model.graph.integers(image_axes)});
  return {model.graph.add("Mul", {x.name, gate.name}), x.shape};
}

}  // namespace

const FixedTensor* LayerExport::tensor(const char* name) const {
  for (const NamedConstTensor& entry : layer.const_state())
    if (entry.name == name) return entry.value;
  return nullptr;
}

std::string LayerExport::constant(const char* name) const {
  const FixedTensor& value = *tensor(name);
  return graph.constant(model.names.at(&value), value.shape(), std::span<const Real>(value.values()));
}

std::string LayerExport::constant_or(const char* name, const Shape& shape, double value) const {
  if (tensor(name) != nullptr) return constant(name);
  const std::vector<double> values(num_elements(shape), value);
  return graph.constant(graph.new_name(name), shape, std::span<const double>(values));
}

std::vector<std::int64_t> integers(Size2d size) {
  return {static_cast<std::int64_t>(size.height), static_cast<std::int64_t>(size.width)};
}

std::vector<std::int64_t> integers(Size2d before, Size2d after) {
  std::vector<std::int64_t> list = integers(before);
  for (const std::int64_t size : integers(after)) list.push_back(size);
  return list;
}

std::int64_t missing_elements(std::size_t size, std::size_t out, std::size_t kernel, std::size_t stride,
                              std::size_t dilation) {
  const std::size_t needed = (out - 1) * stride + dilation * (kernel - 1) + 1;
  return needed > size ? static_cast<std::int64_t>(needed - size) : 0;
}

Value add_layer(ModelExport& model, const Layer& layer, const Value& x) {
  if (typeid(layer) == typeid(Sequential)) return add_sequential(model, static_cast<const Sequential&>(layer), x);
  if (typeid(layer) == typeid(Residual)) return add_residual(model, static_cast<const Residual&>(layer), x);
  if (typeid(layer) == typeid(Concat)) return add_concat(model, static_cast<const Concat&>(layer), x);
  if (typeid(layer) == typeid(Multiply)) return add_multiply(model, static_cast<const Multiply&>(layer), x);
  return add_leaf(model, layer, x);
}

}  // namespace minnow::inline MINNOW_PRECISION::onnx_export
