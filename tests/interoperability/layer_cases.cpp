// Writes every layer with every option, and compositions. usage: layer_cases FOLDER

#include <tests/interoperability/cases.hpp>
#include <tests/support/all_layers.hpp>

using namespace minnow;

namespace {

/// Layers of other ranks than those of all_layers(), and windows that reach beyond the image.
std::vector<std::pair<AnyLayer, Shape>> more_layers() {
  Rng rng{2};
  std::vector<std::pair<AnyLayer, Shape>> cases;
  cases.emplace_back(Dense(4, 3, rng), Shape{2, 5, 4});
  cases.emplace_back(Dense(4, 3, rng, {.bias = false}), Shape{5, 4});
  cases.emplace_back(BatchNorm1d(4), Shape{4, 3});
  cases.emplace_back(BatchNorm1d(4, {.track_running_stats = false}), Shape{4, 3});
  cases.emplace_back(Softmax(), Shape{2, 3, 4});
  cases.emplace_back(Sequential{Dense(4, 6, rng), BatchNorm1d(5)}, Shape{5, 4});  // not the channels of the Dense
  for (const std::size_t size : {6u, 8u, 9u}) {
    const Shape image{2, size, size + 1};
    cases.emplace_back(MaxPool2d(2, {.stride = 4, .ceil_mode = true}), image);
    cases.emplace_back(MaxPool2d(3, {.stride = 2, .padding = 1, .ceil_mode = true}), image);
    cases.emplace_back(MaxPool2d(2, {.stride = 3, .padding = 1, .dilation = 4, .ceil_mode = true}), image);
    cases.emplace_back(AvgPool2d(3, {.stride = 2, .padding = 1, .ceil_mode = true}), image);
    cases.emplace_back(AvgPool2d(3, {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false}), image);
    cases.emplace_back(AvgPool2d(2, {.stride = 4, .padding = 1, .ceil_mode = true}), image);
    cases.emplace_back(Sequential{ZeroPad2d({.left = 1, .right = 2, .top = 3}), MaxPool2d(3)}, image);
    cases.emplace_back(Sequential{ZeroPad2d(1), MaxPool2d(3)}, image);
    cases.emplace_back(Sequential{ZeroPad2d(1), AvgPool2d(3)}, image);
    cases.emplace_back(Sequential{ZeroPad2d(1), AvgPool2d(3, {.count_include_pad = false})}, image);
    cases.emplace_back(Sequential{ZeroPad2d(1), AvgPool2d(3, {.padding = 1, .count_include_pad = false})}, image);
    cases.emplace_back(Sequential{ZeroPad2d(1), Conv2d(2, 3, 3, rng, {.stride = 2, .padding = 1})}, image);
    cases.emplace_back(Conv2d(2, 3, {4, 3}, rng, {.stride = {2, 3}, .padding = Padding2d::same()}), image);
    cases.emplace_back(Conv2d(2, 3, {4, 2}, rng, {.padding = Padding2d::same(), .dilation = {1, 3}}), image);
  }
  return cases;
}

/// Residual and Concat in each other, norms to fold in branches, and norms that cannot be folded.
Sequential composition() {
  Rng rng{4};
  Sequential body{Conv2d(6, 6, 3, rng, {.padding = 1, .bias = false}), BatchNorm2d(6), GELU(),
                  Conv2d(6, 6, 3, rng, {.padding = 1, .groups = 3}), BatchNorm2d(6, {.affine = false})};
  Sequential stem{Conv2d(3, 6, 3, rng, {.stride = 2}), BatchNorm2d(6, {.eps = 1e-3}), SiLU()};
  Residual projected(Sequential{Conv2d(6, 4, 1, rng), BatchNorm2d(4), ReLU(), BatchNorm2d(4)},
                     Sequential{Conv2d(6, 4, 1, rng), BatchNorm2d(4, {.track_running_stats = false})});
  Concat branches{std::move(projected), MaxPool2d(3, {.stride = 1, .padding = 1}), Sequential()};
  return Sequential{std::move(stem),   Residual(std::move(body)), std::move(branches), GlobalAvgPool2d(),
                    Dropout(0.3, rng), Reshape({4, 4}),           LayerNorm(4),        Dense(4, 5, rng),
                    Flatten(),         Dense(20, 6, rng),         BatchNorm1d(6),      LogSoftmax()};
}

}  // namespace

int main(int, char** argv) {
  const std::filesystem::path folder = argv[1];
  std::size_t number = 100;
  const auto write = [&](Layer& layer, const Shape& sample) {
    testing::randomize(layer, number);
    const std::string name = std::to_string(number++) + "-" + layer.config()->type;
    testing::write_onnx_case(folder, name, layer, {.input_shape = sample});
    if (layer.name().find("BatchNorm") != std::string::npos)
      testing::write_onnx_case(folder, name + "-folded", layer, {.input_shape = sample}, {.fold_norms = true});
  };
  for (testing::LayerCases& cases : testing::all_layers())
    for (AnyLayer& layer : cases.layers) write(*layer, Shape(cases.input.begin() + 1, cases.input.end()));
  for (auto& [layer, sample] : more_layers()) write(*layer, sample);
  Sequential composed = composition();
  write(composed, {3, 17, 17});
}
