#pragma once

#include <bench/support/conv_net.hpp>

#include <torch/torch.h>

namespace bench {

/// Returns the net with the initial values that all contenders share.
inline torch::nn::Sequential make_torch_model(const ConvNet& net) {
  const torch::NoGradGuard guard;
  torch::nn::Sequential model;
  const auto fans = net.fans();
  for (std::size_t i = 0; i < fans.size(); ++i) {
    const auto in = static_cast<std::int64_t>(fans[i].in), out = static_cast<std::int64_t>(fans[i].out);
    const auto fill = [&](auto layer) {
      fill_layer(net, i, layer->weight.template data_ptr<float>(), layer->bias.template data_ptr<float>());
      model->push_back(layer);
    };
    if (i < 2) fill(torch::nn::Conv2d(torch::nn::Conv2dOptions(in / 9, out, 3).padding(1)));
    if (i == 2) model->push_back(torch::nn::Flatten());
    if (i >= 2) fill(torch::nn::Linear(in, out));
    if (i < 3) model->push_back(torch::nn::ReLU());
    if (i < 2) model->push_back(torch::nn::MaxPool2d(2));
  }
  return model;
}

/// Returns inputs of shape (N, C, H, W).
inline torch::Tensor make_torch_inputs(const ConvNet& net) {
  const auto side = static_cast<std::int64_t>(net.size);
  auto x = torch::empty({static_cast<std::int64_t>(net.batch), static_cast<std::int64_t>(net.channels), side, side});
  fill_inputs(net, x.data_ptr<float>());
  return x;
}

/// Returns labels of shape (N).
inline torch::Tensor make_torch_targets(const ConvNet& net) {
  auto labels = torch::empty({static_cast<std::int64_t>(net.batch)}, torch::kInt64);
  fill_targets(net, labels.data_ptr<std::int64_t>());
  return labels;
}

/// Converts 4-dimensional inputs and weights to the layout (N, H, W, C). oneDNN's convolutions may be faster on it.
inline void channels_last(torch::nn::Sequential& model, torch::Tensor& x) {
  if (x.dim() == 4) x = x.contiguous(at::MemoryFormat::ChannelsLast);
  for (auto& parameter : model->parameters())
    if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast));
}

}  // namespace bench
