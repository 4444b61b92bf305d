#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <torch/torch.h>

/// Returns the network of a specification such as c16,b,r,p,c32,b,r,p,g,d0.2,l4. Its words are:
///   cN convolution 3 x 3 with N filters that keeps height and width, without bias if b follows   b batch norm   r ReLU
///   p max pool 2 x 2   g mean over height and width   dX dropout with probability X   f flatten   lN dense, N outputs
/// A dense layer flattens inputs of shape (N, C, H, W). Throws std::invalid_argument if a word is unknown.
inline torch::nn::Sequential make_network(const std::string& spec, std::int64_t channels, std::int64_t side) {
  std::vector<std::string> words(1);
  for (const char c : spec)
    if (c == ',')
      words.emplace_back();
    else
      words.back() += c;

  torch::nn::Sequential model;
  std::int64_t features = channels;
  const auto flatten = [&] {
    if (side > 0) model->push_back(torch::nn::Flatten());
    features *= side > 0 ? side * side : 1;
    side = 0;
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const char kind = word.empty() ? ' ' : word[0];
    const std::string value = word.empty() ? "" : word.substr(1);
    if (kind == 'c') {
      const bool bias = i + 1 == words.size() || words[i + 1] != "b";
      const std::int64_t filters = std::stol(value);
      model->push_back(torch::nn::Conv2d(torch::nn::Conv2dOptions(features, filters, 3).padding(1).bias(bias)));
      features = filters;
    } else if (kind == 'b' && side > 0) {
      model->push_back(torch::nn::BatchNorm2d(features));
    } else if (kind == 'b') {
      model->push_back(torch::nn::BatchNorm1d(features));
    } else if (kind == 'r') {
      model->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(true)));
    } else if (kind == 'p') {
      model->push_back(torch::nn::MaxPool2d(2));
      side /= 2;
    } else if (kind == 'g') {
      model->push_back(torch::nn::AdaptiveAvgPool2d(torch::nn::AdaptiveAvgPool2dOptions(1)));
      side = 1;
    } else if (kind == 'd') {
      model->push_back(torch::nn::Dropout(std::stod(value)));
    } else if (kind == 'f') {
      flatten();
    } else if (kind == 'l') {
      flatten();
      const std::int64_t out = std::stol(value);
      model->push_back(torch::nn::Linear(features, out));
      features = out;
    } else {
      throw std::invalid_argument("--net: expected words such as c16, b, r, p, g, d0.2, f or l4, got '" + word + "'");
    }
  }
  return model;
}
