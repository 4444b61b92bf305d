#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/core/tensor.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/models/sequential.hpp>

#include <bench/support/net.hpp>

namespace bench {

/// Returns the net, written like a user's, with the initial values that all contenders share.
inline minnow::Sequential make_model(const Net& net) {
  minnow::Sequential model;
  minnow::Rng rng{1};
  for (std::size_t i = 0; i < net.layers(); ++i) {
    model.add(minnow::Dense(net.widths[i], net.widths[i + 1], rng));
    if (i + 1 < net.layers()) model.add(minnow::ReLU());
  }
  const auto parameters = model.parameters();  // weight and bias of each layer in turn
  for (std::size_t i = 0; i < net.layers(); ++i)
    fill_layer(net, i, parameters[2 * i].value->data(), parameters[2 * i + 1].value->data());
  return model;
}

/// Returns inputs of shape (N, in).
inline minnow::Tensor make_inputs(const Net& net) {
  minnow::Tensor x = minnow::zeros({net.batch, net.widths[0]});
  fill_inputs(net, x.data());
  return x;
}

/// Returns labels of shape (N).
inline minnow::Tensor make_targets(const Net& net) {
  minnow::Tensor labels = minnow::zeros({net.batch});
  fill_targets(net, labels.data());
  return labels;
}

}  // namespace bench
