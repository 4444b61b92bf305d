#include <tests/interoperability/cpp_export/networks.hpp>
#include <tests/support/all_layers.hpp>

#include <algorithm>
#include <cmath>

using namespace minnow;

namespace cpp_export {
namespace {

/// Gives each parameter and buffer random values; a variance is positive.
void randomise(Layer& layer, std::uint64_t seed) {
  Rng rng{seed};
  for (const NamedTensor& entry : layer.state())
    for (Real& value : entry.value->values())
      value = static_cast<Real>(entry.name.ends_with("running_var") ? rng.uniform(0.5, 2) : rng.normal());
}

Sequential random_chain(Rng& rng, std::size_t depth);

/// Returns a layer that maps (4, 6, 6) to the same shape.
AnyLayer random_layer(Rng& rng, std::size_t depth) {
  const bool option = rng.chance(0.5);
  const std::size_t groups = std::size_t{1} << rng.below(3);
  switch (rng.below(depth > 0 ? 16 : 12)) {
    case 0:
      return option ? AnyLayer(ReLU()) : AnyLayer(LeakyReLU(rng.uniform(-0.5, 0.5)));
    case 1:
      return GELU({.approximate = option ? Approximate::tanh : Approximate::none});
    case 2:
      return option ? AnyLayer(SiLU()) : AnyLayer(Tanh());
    case 3:
      return Conv2d(4, 4, 3, rng, {.padding = 1, .groups = groups, .bias = option});
    case 4:
      return Conv2d(4, 4, {1, 3}, rng, {.padding = {0, 2}, .dilation = {1, 2}, .groups = groups});
    case 5:
      return BatchNorm2d(4, {.affine = option});
    case 6:
      return LayerNorm({4, 6, 6}, {.bias = option});
    case 7:
      return MaxPool2d(3, {.stride = 1, .padding = 1});
    case 8:
      return AvgPool2d(3, {.stride = 1, .padding = 1, .count_include_pad = option});
    case 9:
      return Sequential{Flatten(), Dense(144, 144, rng, {.bias = option}), BatchNorm1d(144), Reshape({4, 6, 6})};
    case 10:
      return option ? Sequential{ZeroPad2d({.left = 1, .right = 2, .top = 2, .bottom = 1}), Conv2d(4, 4, 4, rng)}
                    : Sequential{Softmax()};
    case 11:
      return Sequential{ZeroPad2d({.left = 3, .right = 4, .top = 4, .bottom = 3}),
                        Conv2d(4, 4, 1, rng, {.groups = option ? 2u : 1u}), BatchNorm2d(4), MaxPool2d(2)};
    case 12:
      return random_chain(rng, depth - 1);
    case 13:
      return option ? Residual(random_chain(rng, depth - 1))
                    : Residual(random_chain(rng, depth - 1), random_chain(rng, depth - 1));
    case 14:
      return option ? Multiply(random_chain(rng, depth - 1))
                    : Multiply(Sequential{random_chain(rng, depth - 1), GlobalAvgPool2d()});
    default:
      return Sequential{Concat{random_chain(rng, depth - 1), Sequential()}, Conv2d(8, 4, 1, rng)};
  }
}

Sequential random_chain(Rng& rng, std::size_t depth) {
  Sequential chain;
  for (std::size_t i = 0, n = rng.below(4); i < n; ++i) chain.add(random_layer(rng, depth));
  return chain;
}

}  // namespace

std::vector<Network> layer_networks() {
  std::vector<Network> networks;
  std::size_t number = 0;
  for (const auto& [layers, input] : testing::all_layers())
    for (const AnyLayer& layer : layers) {
      ++number;
      if (layer->config() == BatchNorm1d(3, {.track_running_stats = false}).config() ||
          layer->config() == BatchNorm2d(3, {.track_running_stats = false}).config())
        continue;  // depends on the batch
      Sequential model;
      model.add(layer);
      randomise(model, number);
      Tensor x = random(input, number);
      if (layer->config()->type == "Embedding")
        for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<Real>(i % 3);
      networks.push_back({"layer_" + std::to_string(number), std::move(model), x});
    }
  Rng rng{7};
  for (std::size_t i = 0; i < 40;) {
    Sequential model = random_chain(rng, 4);
    const Tensor x = random({2, 4, 6, 6}, i);
    const Tensor& y = model.predict(x);
    if (model.size() == 0 || !std::all_of(y.begin(), y.end(), [](Real v) { return std::abs(v) < 1e6; })) continue;
    networks.push_back({"random_" + std::to_string(i++), std::move(model), x});
  }
  return networks;
}

}  // namespace cpp_export
