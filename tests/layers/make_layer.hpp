#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/layers/dense.hpp>
#include <minnow/layers/embedding.hpp>
#include <minnow/layers/flatten.hpp>
#include <minnow/layers/gelu.hpp>
#include <minnow/layers/layer_norm.hpp>
#include <minnow/layers/leaky_relu.hpp>
#include <minnow/layers/log_softmax.hpp>
#include <minnow/layers/relu.hpp>
#include <minnow/layers/reshape.hpp>
#include <minnow/layers/sequential.hpp>
#include <minnow/layers/sigmoid.hpp>
#include <minnow/layers/silu.hpp>
#include <minnow/layers/softmax.hpp>
#include <minnow/layers/tanh.hpp>

#include <tests/support/fixture.hpp>

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::testing {

/// A spec whose layer is not in the table below.
struct UnknownLayer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An option of a spec, or PyTorch's default; it converts to whatever the layer wants.
inline Json option(const Json& spec, const std::string& name, const Json& otherwise) {
  return spec.value(name, otherwise);
}

Sequential make_chain(const Json& specs);

/// Appends the layer of a spec, as scripts/layer_case.py builds it in PyTorch. Its numbers are of no matter.
inline void add_layer(Sequential& model, const Json& s) {
  Rng rng{1};
  const std::map<std::string, std::function<void()>> layers{
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
      {"ReLU", [&] { model.add(ReLU()); }},
      {"Reshape", [&] { model.add(Reshape(s.at("shape").get<std::vector<std::ptrdiff_t>>())); }},
      {"Sequential", [&] { model.add(make_chain(s.at("layers"))); }},
      {"Sigmoid", [&] { model.add(Sigmoid()); }},
      {"SiLU", [&] { model.add(SiLU()); }},
      {"Softmax", [&] { model.add(Softmax()); }},
      {"Tanh", [&] { model.add(Tanh()); }},
  };
  const std::string kind = s.at("layer");
  if (!layers.contains(kind)) throw UnknownLayer(kind);
  layers.at(kind)();
}

/// A Sequential of layers, for the body of a container.
inline Sequential make_chain(const Json& specs) {
  Sequential model;
  for (const Json& spec : specs) add_layer(model, spec);
  return model;
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
