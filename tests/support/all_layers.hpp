#pragma once

#include <minnow/layers.hpp>
#include <minnow/models.hpp>

#include <tests/support/small_model.hpp>

#include <vector>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Layers of one type: all pairs differ in at least one option. Each of them accepts `input`.
struct LayerCases {
  std::vector<AnyLayer> layers;
  Shape input;
};

inline std::vector<LayerCases> all_layers() {
  Rng r{1};
  std::vector<LayerCases> cases;
  cases.push_back({{Dense(4, 3, r), Dense(4, 2, r), Dense(4, 3, r, {.bias = false})}, {2, 4}});
  cases.push_back({{Dense(5, 3, r)}, {2, 5}});
  cases.push_back({{Embedding(3, 2, r), Embedding(4, 2, r), Embedding(3, 5, r), Embedding(3, 2, r, {.padding_idx = 0}),
                    Embedding(3, 2, r, {.padding_idx = 2})},
                   {2, 4}});
  cases.push_back({{ReLU()}, {2, 4}});
  cases.push_back({{Sigmoid()}, {2, 4}});
  cases.push_back({{Tanh()}, {2, 4}});
  cases.push_back({{SiLU()}, {2, 4}});
  cases.push_back({{ReLU6()}, {2, 4}});
  cases.push_back({{Hardsigmoid()}, {2, 4}});
  cases.push_back({{Hardswish()}, {2, 4}});
  cases.push_back({{Softmax()}, {2, 4}});
  cases.push_back({{LogSoftmax()}, {2, 4}});
  cases.push_back({{LeakyReLU(), LeakyReLU(0.1), LeakyReLU(-0.1), LeakyReLU(0.1 + 1e-12)}, {2, 4}});
  cases.push_back({{GELU(), GELU({.approximate = Approximate::tanh})}, {2, 4}});
  cases.push_back(
      {{Conv2d(4, 4, 3, r), Conv2d(4, 6, 3, r), Conv2d(4, 4, {3, 2}, r), Conv2d(4, 4, {2, 3}, r),
        Conv2d(4, 4, 3, r, {.stride = 2}), Conv2d(4, 4, 3, r, {.stride = {1, 2}}), Conv2d(4, 4, 3, r, {.padding = 1}),
        Conv2d(4, 4, 3, r, {.padding = {0, 1}}), Conv2d(4, 4, 3, r, {.padding = Padding2d::same()}),
        Conv2d(4, 4, 3, r, {.stride = 3, .padding = Padding2d::same()}), Conv2d(4, 4, 3, r, {.dilation = 2}),
        Conv2d(4, 4, 3, r, {.dilation = {2, 1}}), Conv2d(4, 4, 3, r, {.groups = 2}),
        Conv2d(4, 4, 3, r, {.bias = false})},
       {2, 4, 7, 7}});
  cases.push_back({{Conv2d(2, 4, 3, r)}, {2, 2, 7, 7}});
  cases.push_back({{MaxPool2d(3), MaxPool2d(2), MaxPool2d({3, 2}), MaxPool2d(3, {.stride = 2}),
                    MaxPool2d(3, {.stride = Size2d(3, 2)}), MaxPool2d(3, {.padding = 1}), MaxPool2d(3, {.dilation = 2}),
                    MaxPool2d(3, {.ceil_mode = true})},
                   {2, 3, 7, 7}});
  cases.push_back(
      {{AvgPool2d(3), AvgPool2d(2), AvgPool2d({3, 2}), AvgPool2d(3, {.stride = 2}), AvgPool2d(3, {.padding = 1}),
        AvgPool2d(3, {.ceil_mode = true}), AvgPool2d(3, {.count_include_pad = false})},
       {2, 3, 7, 7}});
  cases.push_back({{GlobalAvgPool2d()}, {2, 3, 7, 7}});
  cases.push_back({{BatchNorm1d(3), BatchNorm1d(3, {.eps = 1e-3}), BatchNorm1d(3, {.momentum = 0.2}),
                    BatchNorm1d(3, {.momentum = std::nullopt}), BatchNorm1d(3, {.affine = false}),
                    BatchNorm1d(3, {.track_running_stats = false})},
                   {4, 3}});
  cases.push_back({{BatchNorm1d(2)}, {4, 2}});
  cases.push_back({{BatchNorm2d(3), BatchNorm2d(3, {.eps = 1e-3}), BatchNorm2d(3, {.momentum = 0.2}),
                    BatchNorm2d(3, {.momentum = std::nullopt}), BatchNorm2d(3, {.affine = false}),
                    BatchNorm2d(3, {.track_running_stats = false})},
                   {4, 3, 2, 2}});
  cases.push_back({{LayerNorm(4), LayerNorm(Shape{3, 4}), LayerNorm(4, {.eps = 1e-3}),
                    LayerNorm(4, {.elementwise_affine = false}), LayerNorm(4, {.bias = false})},
                   {2, 3, 4}});
  cases.push_back({{Dropout(0.5, r), Dropout(0.25, r)}, {2, 4}});
  cases.push_back({{Flatten()}, {2, 3, 4}});
  cases.push_back({{Reshape({3, 2}), Reshape({2, 3}), Reshape({2, -1})}, {2, 6}});
  cases.push_back({{ZeroPad2d(1), ZeroPad2d({.left = 1}), ZeroPad2d({.right = 1}), ZeroPad2d({.top = 1}),
                    ZeroPad2d({.bottom = 1}), ZeroPad2d({.left = 1, .right = 2, .top = 3, .bottom = 4})},
                   {2, 3, 4, 5}});
  cases.push_back({{Sequential(), Sequential{ReLU()}, Sequential{ReLU(), Tanh()}, Sequential{Tanh(), ReLU()},
                    Sequential{Sequential{ReLU(), Tanh()}, ReLU()}, Sequential{Dense(4, 4, r), BatchNorm1d(4)},
                    Sequential{Dense(4, 4, r), BatchNorm1d(4, {.eps = 1e-3})}},
                   {2, 4}});
  cases.push_back({{Residual(ReLU()), Residual(Sequential{ReLU()}), Residual(Dense(4, 4, r)),
                    Residual(Dense(4, 4, r), Dense(4, 4, r)), Residual(Dense(4, 4, r), Sequential{Dense(4, 4, r)})},
                   {2, 4}});
  cases.push_back({{Multiply(Sigmoid()), Multiply(Sequential{Sigmoid()}), Multiply(Dense(4, 4, r))}, {2, 4}});
  cases.push_back({{Multiply(GlobalAvgPool2d()), Multiply(Sequential{GlobalAvgPool2d(), Sigmoid()}),
                    Multiply(Sequential{GlobalAvgPool2d(), Reshape({3, 1, 1})}), Multiply(ReLU())},
                   {2, 3, 4, 5}});
  cases.push_back(
      {{Concat{ReLU()}, Concat{ReLU(), Tanh()}, Concat{Tanh(), ReLU()}, Concat{Sequential{ReLU()}, Tanh()}}, {2, 4}});
  return cases;
}

/// The result of an evaluation pass.
inline Tensor evaluate_layer(Layer& layer, const Shape& input) {
  Tensor x = random(input, 5);
  if (layer.name().rfind("Embedding", 0) == 0)
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<Real>(i % 3);
  Tensor y = zeros(layer.output_shape(input));
  Context context(Mode::eval);
  layer.forward(x, y, context);
  return y;
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
