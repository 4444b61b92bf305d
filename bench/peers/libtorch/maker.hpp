#pragma once

#include <bench/support/cases.hpp>

#include <torch/torch.h>

namespace bench {

/// x + body(x), or projection(x) + body(x).
struct TorchResidual : torch::nn::Module {
  torch::nn::Sequential body, projection;

  TorchResidual(const torch::nn::Sequential& body_, const torch::nn::Sequential& projection_)
      : body(register_module("body", body_)), projection(register_module("projection", projection_)) {}

  torch::Tensor forward(const torch::Tensor& x) {
    return projection->is_empty() ? body->forward(x).add_(x) : body->forward(x).add_(projection->forward(x));
  }
};

/// Makes LibTorch's layers for a NetworkBuilder.
struct TorchMaker {
  using Net = torch::nn::Sequential;
  static Net empty() { return {}; }
  static void convolution(Net& net, std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                          std::int64_t groups, bool bias) {
    net->push_back(torch::nn::Conv2d(
        torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding((kernel - 1) / 2).groups(groups).bias(bias)));
  }
  static void pooling(Net& net, bool max, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
    if (max)
      net->push_back(torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(kernel).stride(stride).padding(padding)));
    else
      net->push_back(torch::nn::AvgPool2d(torch::nn::AvgPool2dOptions(kernel).stride(stride).padding(padding)));
  }
  static void activation(Net& net, const std::string& name) {
    if (name == "gelu") net->push_back(torch::nn::GELU());
    if (name == "softmax") net->push_back(torch::nn::Softmax(1));
    if (name == "r") net->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(true)));
    if (name == "r6") net->push_back(torch::nn::ReLU6(torch::nn::ReLU6Options(true)));
  }
  static void layer_norm(Net& net, std::int64_t features) {
    net->push_back(torch::nn::LayerNorm(torch::nn::LayerNormOptions({features})));
  }
  static void batch_norm(Net& net, std::int64_t channels, bool images) {
    if (images)
      net->push_back(torch::nn::BatchNorm2d(channels));
    else
      net->push_back(torch::nn::BatchNorm1d(channels));
  }
  static void mean(Net& net) {
    net->push_back(torch::nn::AdaptiveAvgPool2d(torch::nn::AdaptiveAvgPool2dOptions(1)));
    net->push_back(torch::nn::Flatten());
  }
  static void flatten(Net& net) { net->push_back(torch::nn::Flatten()); }
  static void dropout(Net& net, double p) { net->push_back(torch::nn::Dropout(p)); }
  static void embedding(Net& net, std::int64_t rows, std::int64_t width) {
    net->push_back(torch::nn::Embedding(rows, width));
  }
  static void dense(Net& net, std::int64_t in, std::int64_t out) { net->push_back(torch::nn::Linear(in, out)); }
  static void residual(Net& net, const Net& body, const Net& projection = {}) {
    net->push_back(std::make_shared<TorchResidual>(body, projection));
  }
};

}  // namespace bench
