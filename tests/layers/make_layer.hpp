#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/layers/dense.hpp>
#include <minnow/layers/flatten.hpp>
#include <minnow/layers/relu.hpp>
#include <minnow/layers/sequential.hpp>
#include <minnow/layers/sigmoid.hpp>
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
      {"Flatten", [&] { model.add(Flatten()); }},
      {"ReLU", [&] { model.add(ReLU()); }},
      {"Sequential", [&] { model.add(make_chain(s.at("layers"))); }},
      {"Sigmoid", [&] { model.add(Sigmoid()); }},
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
