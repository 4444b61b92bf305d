#pragma once

#include <minnow/core/rng.hpp>
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
#include <minnow/layers/shape/flatten.hpp>
#include <minnow/layers/shape/reshape.hpp>
#include <minnow/layers/shape/zero_pad2d.hpp>
#include <minnow/models/concat.hpp>
#include <minnow/models/multiply.hpp>
#include <minnow/models/residual.hpp>
#include <minnow/models/sequential.hpp>

#include <tests/support/fixture.hpp>

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Thrown for a spec whose layer is not in the table below.
struct UnknownLayer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An option of a spec, or PyTorch's default. Converts to the type of the layer's option.
inline Json option(const Json& spec, const std::string& name, const Json& otherwise) {
  return spec.value(name, otherwise);
}

/// A number, or [height, width].
inline Size2d size2d(const Json& size) {
  return size.is_array() ? Size2d(size.at(0).get<std::size_t>(), size.at(1).get<std::size_t>())
                         : Size2d(size.get<std::size_t>());
}
inline Padding2d padding2d(const Json& padding) {
  if (padding.is_string()) return Padding2d::same();
  const Size2d size = size2d(padding);
  return {size.height, size.width};
}
inline std::optional<Size2d> stride(const Json& spec) {
  return spec.contains("stride") && !spec.at("stride").is_null() ? std::optional(size2d(spec.at("stride")))
                                                                 : std::nullopt;
}

Sequential make_chain(const Json& specs);

/// Appends the layer of a spec, which scripts/layer_case.py builds in PyTorch. The initial values do not matter.
inline void add_layer(Sequential& model, const Json& s) {
  Rng rng{1};
  const auto batch_norm = [&] {
    const Json momentum = option(s, "momentum", 0.1);
    return BatchNormOptions{.eps = option(s, "eps", 1e-5),
                            .momentum = momentum.is_null() ? std::nullopt : std::optional<double>(momentum),
                            .affine = option(s, "affine", true),
                            .track_running_stats = option(s, "track_running_stats", true)};
  };
  const auto branch = [&](const Json& spec) { return make_chain(spec.at("layers")); };  // a Sequential's
  const std::map<std::string, std::function<void()>> layers{
      {"AvgPool2d",
       [&] {
         model.add(AvgPool2d(size2d(s.at("kernel")), {.stride = stride(s),
                                                      .padding = size2d(option(s, "padding", 0)),
                                                      .ceil_mode = option(s, "ceil_mode", false),
                                                      .count_include_pad = option(s, "count_include_pad", true)}));
       }},
      {"Conv2d",
       [&] {
         model.add(Conv2d(s.at("in"), s.at("out"), size2d(s.at("kernel")), rng,
                          {.stride = size2d(option(s, "stride", 1)),
                           .padding = padding2d(option(s, "padding", 0)),
                           .dilation = size2d(option(s, "dilation", 1)),
                           .groups = option(s, "groups", 1),
                           .bias = option(s, "bias", true)}));
       }},
      {"BatchNorm1d", [&] { model.add(BatchNorm1d(s.at("features"), batch_norm())); }},
      {"BatchNorm2d", [&] { model.add(BatchNorm2d(s.at("features"), batch_norm())); }},
      {"Concat",
       [&] {
         const Json& of = s.at("layers");
         if (of.size() == 2) model.add(Concat{branch(of[0]), branch(of[1])});
         if (of.size() == 3) model.add(Concat{branch(of[0]), branch(of[1]), branch(of[2])});
       }},
      {"Dense", [&] { model.add(Dense(s.at("in"), s.at("out"), rng, {.bias = option(s, "bias", true)})); }},
      {"Embedding",
       [&] {
         const auto padding =
             s.contains("padding_idx") ? std::optional<std::size_t>(s.at("padding_idx")) : std::nullopt;
         model.add(Embedding(s.at("num_embeddings"), s.at("dim"), rng, {.padding_idx = padding}));
       }},
      {"Flatten", [&] { model.add(Flatten()); }},
      {"GELU",
       [&] {
         const bool tanh = option(s, "approximate", "none") == "tanh";
         model.add(GELU({.approximate = tanh ? Approximate::tanh : Approximate::none}));
       }},
      {"GlobalAvgPool2d", [&] { model.add(GlobalAvgPool2d()); }},
      {"LayerNorm",
       [&] {
         const auto shape = s.at("normalized_shape").get<std::vector<std::size_t>>();
         model.add(
             LayerNorm(Shape(shape.begin(), shape.end()), {.eps = option(s, "eps", 1e-5),
                                                           .elementwise_affine = option(s, "elementwise_affine", true),
                                                           .bias = option(s, "bias", true)}));
       }},
      {"LeakyReLU", [&] { model.add(LeakyReLU(option(s, "negative_slope", 0.01))); }},
      {"LogSoftmax", [&] { model.add(LogSoftmax()); }},
      {"MaxPool2d",
       [&] {
         model.add(MaxPool2d(size2d(s.at("kernel")), {.stride = stride(s),
                                                      .padding = size2d(option(s, "padding", 0)),
                                                      .dilation = size2d(option(s, "dilation", 1)),
                                                      .ceil_mode = option(s, "ceil_mode", false)}));
       }},
      {"Hardsigmoid", [&] { model.add(Hardsigmoid()); }},
      {"Hardswish", [&] { model.add(Hardswish()); }},
      {"Multiply", [&] { model.add(Multiply(branch(s.at("gate")))); }},
      {"ReLU", [&] { model.add(ReLU()); }},
      {"ReLU6", [&] { model.add(ReLU6()); }},
      {"Reshape", [&] { model.add(Reshape(s.at("shape").get<std::vector<std::ptrdiff_t>>())); }},
      {"Residual",
       [&] {
         if (s.contains("projection"))
           model.add(Residual(branch(s.at("body")), branch(s.at("projection"))));
         else
           model.add(Residual(branch(s.at("body"))));
       }},
      {"Sequential", [&] { model.add(make_chain(s.at("layers"))); }},
      {"Sigmoid", [&] { model.add(Sigmoid()); }},
      {"SiLU", [&] { model.add(SiLU()); }},
      {"Softmax", [&] { model.add(Softmax()); }},
      {"Tanh", [&] { model.add(Tanh()); }},
      {"ZeroPad2d",
       [&] {
         const auto zeros = s.at("padding").get<std::vector<std::size_t>>();
         model.add(ZeroPad2d({zeros.at(0), zeros.at(1), zeros.at(2), zeros.at(3)}));
       }},
  };
  const std::string kind = s.at("layer");
  if (!layers.contains(kind)) throw UnknownLayer(kind);
  layers.at(kind)();
}

/// Returns a Sequential of the layers of a list, for the body of a container.
inline Sequential make_chain(const Json& specs) {
  Sequential model;
  for (const Json& spec : specs) add_layer(model, spec);
  return model;
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
