#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/activation/gelu.hpp>
#include <minnow/layers/activation/hardsigmoid.hpp>
#include <minnow/layers/activation/hardswish.hpp>
#include <minnow/layers/activation/leaky_relu.hpp>
#include <minnow/layers/activation/log_softmax.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/relu6.hpp>
#include <minnow/layers/activation/sigmoid.hpp>
#include <minnow/layers/activation/silu.hpp>
#include <minnow/layers/activation/softmax.hpp>
#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/convolution/conv2d.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/linear/embedding.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/normalization/layer_norm.hpp>
#include <minnow/layers/pooling/avg_pool2d.hpp>
#include <minnow/layers/pooling/global_avg_pool2d.hpp>
#include <minnow/layers/pooling/max_pool2d.hpp>
#include <minnow/layers/regularization/dropout.hpp>
#include <minnow/layers/shape/flatten.hpp>
#include <minnow/layers/shape/reshape.hpp>
#include <minnow/layers/shape/zero_pad2d.hpp>
#include <minnow/models/concat.hpp>
#include <minnow/models/layer_table.hpp>
#include <minnow/models/multiply.hpp>
#include <minnow/models/residual.hpp>
#include <minnow/models/sequential.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

namespace {

/// Returns true if there are children below more than `levels` levels.
bool is_deeper(const LayerConfig& config, std::size_t levels) {
  return std::any_of(config.children.begin(), config.children.end(),
                     [=](const LayerConfig& child) { return levels == 0 || is_deeper(child, levels - 1); });
}

}  // namespace

AnyLayer LayerTable::make(const LayerConfig& config) const {
  constexpr std::size_t max_levels = 256;  // make() is recursive and needs stack memory for each level
  if (is_deeper(config, max_levels))
    throw ValueError(
        format_text("LayerTable: expected children nested at most {} deep in {}, got more.", max_levels, config.type));
  if (const auto found = makers_.find(config.type); found != makers_.end()) return found->second(config, *this);
  std::string known;
  for (const auto& [type, make] : makers_) known += (known.empty() ? "" : ", ") + type;
  throw ValueError("LayerTable: expected one of the types " + known + ", got " + config.type +
                   ". Add a layer of your own with with<Layer>(\"" + config.type + "\").");
}

std::vector<std::string> LayerTable::types() const {
  std::vector<std::string> types;
  for (const auto& [type, make] : makers_) types.push_back(type);
  return types;
}

LayerTable standard_layers() {
  return LayerTable()
      .with<AvgPool2d>("AvgPool2d")
      .with<BatchNorm1d>("BatchNorm1d")
      .with<BatchNorm2d>("BatchNorm2d")
      .with<Concat>("Concat")
      .with<Conv2d>("Conv2d")
      .with<Dense>("Dense")
      .with<Dropout>("Dropout")
      .with<Embedding>("Embedding")
      .with<Flatten>("Flatten")
      .with<GELU>("GELU")
      .with<GlobalAvgPool2d>("GlobalAvgPool2d")
      .with<Hardsigmoid>("Hardsigmoid")
      .with<Hardswish>("Hardswish")
      .with<LayerNorm>("LayerNorm")
      .with<LeakyReLU>("LeakyReLU")
      .with<LogSoftmax>("LogSoftmax")
      .with<MaxPool2d>("MaxPool2d")
      .with<Multiply>("Multiply")
      .with<ReLU>("ReLU")
      .with<ReLU6>("ReLU6")
      .with<Reshape>("Reshape")
      .with<Residual>("Residual")
      .with<Sequential>("Sequential")
      .with<SiLU>("SiLU")
      .with<Sigmoid>("Sigmoid")
      .with<Softmax>("Softmax")
      .with<Tanh>("Tanh")
      .with<ZeroPad2d>("ZeroPad2d");
}

}  // namespace minnow::inline MINNOW_PRECISION
