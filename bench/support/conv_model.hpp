#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/core/tensor.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/convolution/conv2d.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/pooling/max_pool2d.hpp>
#include <minnow/layers/shape/flatten.hpp>
#include <minnow/models/sequential.hpp>

#include <bench/support/conv_net.hpp>

namespace bench {

/// Returns the net, written like a user's, with the initial values that all contenders share.
inline minnow::Sequential make_model(const ConvNet& net) {
  using namespace minnow;
  Rng rng{1};
  Sequential model{Conv2d(net.channels, net.filters1, 3, rng, {.padding = 1}),
                   ReLU(),
                   MaxPool2d(2),
                   Conv2d(net.filters1, net.filters2, 3, rng, {.padding = 1}),
                   ReLU(),
                   MaxPool2d(2),
                   Flatten(),
                   Dense(net.features(), ConvNet::hidden, rng),
                   ReLU(),
                   Dense(ConvNet::hidden, ConvNet::classes, rng)};
  const auto parameters = model.parameters();  // weight and bias of each layer in turn
  for (std::size_t i = 0; i < net.fans().size(); ++i)
    fill_layer(net, i, parameters[2 * i].value->data(), parameters[2 * i + 1].value->data());
  return model;
}

/// Returns inputs of shape (N, C, H, W).
inline minnow::Tensor make_inputs(const ConvNet& net) {
  minnow::Tensor x = minnow::zeros({net.batch, net.channels, net.size, net.size});
  fill_inputs(net, x.data());
  return x;
}

/// Returns labels of shape (N).
inline minnow::Tensor make_targets(const ConvNet& net) {
  minnow::Tensor labels = minnow::zeros({net.batch});
  fill_targets(net, labels.data());
  return labels;
}

}  // namespace bench
