#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/io/onnx/detail/graph.hpp>

#include <map>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::onnx_export {

/// A value of the graph with its shape for a batch of one sample.
struct Value {
  std::string name;
  Shape shape;
};

/// The names of the tensors in the state of the whole model, as in PyTorch: "3.body.0.weight".
using TensorNames = std::map<const FixedTensor*, std::string>;

/// What the layers of one model are added to.
struct ModelExport {
  Graph& graph;
  TensorNames names;
  bool fold_norms;
};

/// One layer, for the function of its type.
struct LayerExport {
  ModelExport& model;
  Graph& graph;
  const Layer& layer;
  const LayerConfig& config;
  std::string x;
  Shape input, output;                 // shapes for one sample
  const Layer* folded_norm = nullptr;  // a BatchNorm with running statistics, which follows directly

  /// Returns a tensor of the state; null if the layer has none of this name.
  const FixedTensor* tensor(const char* name) const;

  /// Adds a tensor of the state as a constant under its name in the model. Returns the name.
  std::string constant(const char* name) const;

  /// The same, or a constant full of `value` if the layer has no tensor of this name.
  std::string constant_or(const char* name, const Shape& shape, double value) const;
};

/// Returns the sizes as a list, {height, width}, or those of two.
std::vector<std::int64_t> integers(Size2d size);
std::vector<std::int64_t> integers(Size2d before, Size2d after);

/// Returns how many elements the windows of a convolution or pooling need beyond the `size` that there are. `out` is
/// the number of windows.
std::int64_t missing_elements(std::size_t size, std::size_t out, std::size_t kernel, std::size_t stride,
                              std::size_t dilation);

/// Adds the nodes of a layer. Returns its output.
Value add_layer(ModelExport& model, const Layer& layer, const Value& x);

/// Adds the nodes of one layer without children. Returns the name of its output. Each function reads every attribute
/// of the config, so that an attribute which it does not read is an error.
using LayerFunction = std::string(const LayerExport& at);

LayerFunction add_avg_pool, add_batch_norm, add_conv, add_dense, add_dropout, add_embedding, add_flatten, add_gelu,
    add_global_avg_pool, add_hardsigmoid, add_hardswish, add_layer_norm, add_leaky_relu, add_log_softmax, add_max_pool,
    add_relu, add_relu6, add_reshape, add_sigmoid, add_silu, add_softmax, add_tanh, add_zero_pad;

/// Returns true if the norm can be folded into the layer before it, whose output has the shape `output`.
bool can_fold(const Layer& layer, const Shape& output, const Layer& norm);

}  // namespace minnow::inline MINNOW_PRECISION::onnx_export
