#include <minnow/io.hpp>

#include <apps/minnow/efficientnet_lite0.hpp>

#include <array>
#include <cctype>
#include <string>

using namespace minnow;

namespace {

/// A group of blocks. The first block has the stride, the others have stride 1.
struct Stage {
  std::size_t blocks, kernel, stride, expansion, out;
};

constexpr std::array<Stage, 7> stages{{{1, 3, 1, 1, 16},
                                       {2, 3, 2, 6, 24},
                                       {2, 5, 2, 6, 40},
                                       {3, 3, 2, 6, 80},
                                       {3, 5, 1, 6, 112},
                                       {4, 5, 2, 6, 192},
                                       {1, 3, 1, 6, 320}}};
constexpr std::size_t stem_channels = 32, head_channels = 1280, imagenet_classes = 1000;

/// Appends a convolution without a bias, its norm, and ReLU6 if `activation`.
void add_convolution(Sequential& model, std::size_t in, std::size_t out, std::size_t kernel, std::size_t stride,
                     std::size_t groups, bool activation, Rng& rng) {
  model.add(
      Conv2d(in, out, kernel, rng, {.stride = stride, .padding = Padding2d::same(), .groups = groups, .bias = false}));
  model.add(BatchNorm2d(out, {.eps = 1e-3, .momentum = 0.01}));
  if (activation) model.add(ReLU6());
}

/// An inverted residual: expand by a 1x1 convolution, convolve each channel alone, project by a 1x1 convolution.
AnyLayer block(std::size_t in, std::size_t out, const Stage& stage, std::size_t stride, Rng& rng) {
  const std::size_t expanded = in * stage.expansion;
  Sequential body;
  if (stage.expansion != 1) add_convolution(body, in, expanded, 1, 1, 1, true, rng);
  add_convolution(body, expanded, expanded, stage.kernel, stride, expanded, true, rng);
  add_convolution(body, expanded, out, 1, 1, 1, false, rng);
  if (stride == 1 && in == out) return Residual(std::move(body));
  return body;
}

}  // namespace

Sequential efficientnet_lite0(Rng& rng) {
  Sequential model, stem, head;
  add_convolution(stem, 3, stem_channels, 3, 2, 1, true, rng);
  model.add(std::move(stem));
  std::size_t channels = stem_channels;
  for (const Stage& stage : stages)
    for (std::size_t i = 0; i < stage.blocks; ++i) {
      model.add(block(channels, stage.out, stage, i == 0 ? stage.stride : 1, rng));
      channels = stage.out;
    }
  add_convolution(head, channels, head_channels, 1, 1, 1, true, rng);
  model.add(std::move(head))
      .add(GlobalAvgPool2d())
      .add(Dropout(0.2, rng))
      .add(Dense(head_channels, imagenet_classes, rng));
  return model;
}

/// In the file a layer is named "_conv_stem", "_blocks.3._depthwise_conv", "_conv_head" or "_fc". Within a block the
/// norms _bn0, _bn1 and _bn2 follow the convolutions _expand_conv, _depthwise_conv and _project_conv; the first block
/// has no expansion.
void load_efficientnet_lite0(Sequential& model, const std::filesystem::path& path) {
  const auto rename = [&](const std::string& name) -> std::string {
    const std::string parameter = name.substr(name.rfind('.'));
    const auto starts = [](const std::string& text, const char* with) { return text.rfind(with, 0) == 0; };
    const std::string last = std::to_string(model.size() - 1), head = std::to_string(model.size() - 4);
    if (starts(name, "_conv_stem.")) return "0.0" + parameter;
    if (starts(name, "_bn0.")) return "0.1" + parameter;
    if (starts(name, "_conv_head.")) return head + ".0" + parameter;
    if (starts(name, "_bn1.")) return head + ".1" + parameter;
    if (starts(name, "_fc.")) return last + parameter;
    constexpr std::size_t prefix = sizeof("_blocks.") - 1;
    if (!starts(name, "_blocks.") || name.size() <= prefix || std::isdigit(name[prefix]) == 0) return name;
    const std::size_t number = std::stoul(name.substr(prefix)), expands = number > 0 ? 3 : 0;
    const std::string layer = name.substr(name.find('.', prefix) + 1);
    std::size_t index = 0;
    if (starts(layer, "_bn0")) index = 1;
    if (starts(layer, "_depthwise_conv")) index = expands;
    if (starts(layer, "_bn1")) index = expands + 1;
    if (starts(layer, "_project_conv")) index = expands + 3;
    if (starts(layer, "_bn2")) index = expands + 4;
    const bool residual = number + 1 < model.size() && dynamic_cast<const Residual*>(&model[number + 1]) != nullptr;
    return std::to_string(number + 1) + (residual ? ".body." : ".") + std::to_string(index) + parameter;
  };
  load_weights(model, path, {.rename = rename});
}

Normalization efficientnet_normalization() {
  return {std::vector<double>(3, 127.0 / 255), std::vector<double>(3, 128.0 / 255)};
}
