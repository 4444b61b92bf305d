#pragma once

#include <bench/support/net.hpp>

#include <torch/torch.h>

namespace bench {

/// Returns the net with the initial values that all contenders share.
inline torch::nn::Sequential make_torch_model(const Net& net) {
  const torch::NoGradGuard guard;
  torch::nn::Sequential model;
  for (std::size_t i = 0; i < net.layers(); ++i) {
    const torch::nn::Linear layer(static_cast<std::int64_t>(net.widths[i]),
                                  static_cast<std::int64_t>(net.widths[i + 1]));
    fill_layer(net, i, layer->weight.data_ptr<float>(), layer->bias.data_ptr<float>());
    model->push_back(layer);
    if (i + 1 < net.layers()) model->push_back(torch::nn::ReLU());
  }
  return model;
}

/// Returns inputs of shape (N, in).
inline torch::Tensor make_torch_inputs(const Net& net) {
  auto x = torch::empty({static_cast<std::int64_t>(net.batch), static_cast<std::int64_t>(net.widths[0])});
  fill_inputs(net, x.data_ptr<float>());
  return x;
}

/// Returns labels of shape (N).
inline torch::Tensor make_torch_targets(const Net& net) {
  auto labels = torch::empty({static_cast<std::int64_t>(net.batch)}, torch::kInt64);
  fill_targets(net, labels.data_ptr<std::int64_t>());
  return labels;
}

}  // namespace bench
