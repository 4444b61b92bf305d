#include <tests/interoperability/cpp_export/networks.hpp>
#include <tests/support/small_model.hpp>

#include <algorithm>

using namespace minnow;

namespace cpp_export {
namespace {

/// Gives the norms running statistics of random inputs.
void move_statistics(Sequential& model, const Tensor& x) {
  for (int i = 0; i < 3; ++i) model.forward(x);
}

Sequential animals_dense(Rng& rng) {
  return Sequential{Flatten(), Dense(3 * 32 * 32, 256, rng), ReLU(), Dense(256, 64, rng), ReLU(), Dense(64, 4, rng)};
}

Sequential animals_convolutional(Rng& rng) {
  Sequential model;
  std::size_t channels = 3;
  for (const std::size_t filters : {32u, 64u, 96u, 128u}) {
    model.add(Conv2d(channels, filters, 3, rng, {.padding = 1, .bias = false})).add(BatchNorm2d(filters)).add(ReLU());
    model.add(MaxPool2d(2));
    channels = filters;
  }
  model.add(GlobalAvgPool2d()).add(Dropout(0.2, rng)).add(Dense(channels, 4, rng));
  return model;
}

Sequential mnist_dense(Rng& rng) {
  return Sequential{Flatten(), Dense(28 * 28, 256, rng), ReLU(), Dense(256, 128, rng), ReLU(), Dense(128, 10, rng)};
}

Sequential mnist_convolutional(Rng& rng) {
  Sequential model;
  std::size_t channels = 1;
  for (const std::size_t filters : {32u, 64u, 128u}) {
    model.add(Conv2d(channels, filters, 3, rng, {.padding = 1, .bias = false})).add(BatchNorm2d(filters)).add(ReLU());
    if (model.size() < 8) model.add(MaxPool2d(2));
    channels = filters;
  }
  model.add(Flatten()).add(Dropout(0.4, rng)).add(Dense(channels * 7 * 7, 10, rng));
  return model;
}

/// A net of inverted residuals, as in MobileNet, with squeeze-and-excitation.
Sequential mobile(Rng& rng) {
  const Sequential gate{GlobalAvgPool2d(), Dense(24, 6, rng), ReLU(), Dense(6, 24, rng), Hardsigmoid()};
  const Sequential block{Conv2d(12, 24, 1, rng, {.bias = false}),
                         BatchNorm2d(24),
                         ReLU6(),
                         Conv2d(24, 24, 3, rng, {.padding = Padding2d::same(), .groups = 24, .bias = false}),
                         BatchNorm2d(24),
                         Hardswish(),
                         Multiply(gate),
                         Conv2d(24, 12, 1, rng)};
  return Sequential{ZeroPad2d({.left = 0, .right = 1, .top = 0, .bottom = 1}),
                    Conv2d(3, 12, 3, rng, {.stride = 2}),
                    BatchNorm2d(12),
                    Residual(block),
                    Conv2d(12, 12, 3, rng, {.stride = 2, .padding = Padding2d::same(), .groups = 12}),
                    SiLU(),
                    Conv2d(12, 20, 3, rng, {.padding = 2, .dilation = 2, .groups = 4}),
                    AvgPool2d(2),
                    Flatten(),
                    Dense(20 * 2 * 2, 7, rng),
                    LogSoftmax()};
}

/// A net that contains every layer.
Sequential every_layer(Rng& rng) {
  const Sequential features{Conv2d(1, 8, 3, rng, {.padding = 1}),
                            BatchNorm2d(8),
                            Hardswish(),
                            ZeroPad2d(1),
                            MaxPool2d(3, {.stride = 2}),
                            Concat{Conv2d(8, 5, 1, rng), Sequential{Tanh(), AvgPool2d(3, {.stride = 1, .padding = 1})}},
                            LeakyReLU(0.1),
                            Multiply(Sequential{GlobalAvgPool2d(), Sigmoid()}),
                            Residual(Sequential{Conv2d(13, 13, 3, rng, {.padding = 1, .groups = 13}), ReLU6()}),
                            GELU()};
  return Sequential{Embedding(10, 8, rng), LayerNorm(8),    Dense(8, 8, rng),  SiLU(),
                    Reshape({1, 6, 8}),    features,        Flatten(),         Dense(13 * 3 * 4, 30, rng),
                    BatchNorm1d(30),       ReLU(),          Dropout(0.5, rng), Dense(30, 12, rng),
                    Hardsigmoid(),         Reshape({2, 6}), Softmax(),         LogSoftmax()};
}

/// Draws the segments of a seven-segment display, shifted and with noise, on 28 x 28 pixels.
void draw_digit(std::size_t digit, Rng& rng, Real* pixels) {
  constexpr const char* segments[] = {"abcdef", "bc",     "abged", "abgcd",   "fgbc",
                                      "afgcd",  "afgedc", "abc",   "abcdefg", "abcdfg"};
  struct Segment {
    std::size_t row, column, height, width;
  };
  constexpr Segment places[] = {{4, 8, 2, 12},  {4, 18, 10, 2}, {14, 18, 10, 2}, {22, 8, 2, 12},
                                {14, 8, 10, 2}, {4, 8, 10, 2},  {13, 8, 2, 12}};
  for (std::size_t i = 0; i < 28 * 28; ++i) pixels[i] = static_cast<Real>(rng.uniform(0, 0.3));
  const std::size_t down = rng.below(4), right = rng.below(7);
  for (const char* name = segments[digit]; *name != 0; ++name) {
    const Segment& s = places[*name - 'a'];
    for (std::size_t i = 0; i < s.height; ++i)
      for (std::size_t j = 0; j < s.width; ++j)
        pixels[(s.row + i + down) * 28 + s.column + j + right - 4] = static_cast<Real>(rng.uniform(0.6, 1));
  }
}

/// Trains on drawn digits until ten new ones are all recognised, and returns the ten.
Tensor train_on_digits(Sequential& model) {
  Rng rng{3};
  Tensor x = zeros({50, 1, 28, 28}), digits = zeros({10, 1, 28, 28});
  Tensor labels = zeros({50});
  for (std::size_t i = 0; i < 10; ++i) draw_digit(i, rng, digits.data() + i * 784);
  AdamW optimizer{model.parameters(), {.learning_rate = 0.002}};
  CrossEntropyLoss loss;
  for (int step = 0; step < 60; ++step) {
    for (std::size_t i = 0; i < 50; ++i) {
      draw_digit(i % 10, rng, x.data() + i * 784);
      labels.data()[i] = static_cast<Real>(i % 10);
    }
    loss.forward(model.forward(x), labels);
    model.backward(loss.backward());
    optimizer.step();
  }
  const Tensor& logits = model.predict(digits);
  for (std::size_t i = 0; i < 10; ++i) {
    const Real* row = logits.data() + i * 10;
    if (std::max_element(row, row + 10) != row + i) throw Error("the trained network does not recognise a drawn digit");
  }
  return digits;
}

Tensor ids(const Shape& shape) {
  Tensor x = zeros(shape);
  Rng rng{9};
  for (Real& value : x.storage()) value = static_cast<Real>(rng.below(10));
  return x;
}

}  // namespace

std::vector<Network> program_networks() {
  Rng rng{1};
  std::vector<Network> networks;
  const auto add = [&](const std::string& name, Sequential model, const Tensor& x) {
    move_statistics(model, x);
    networks.push_back({name, std::move(model), x});
  };
  add("animals_dense", animals_dense(rng), random({2, 3, 32, 32}, 2));
  add("animals_convolutional", animals_convolutional(rng), random({2, 3, 64, 64}, 3));
  for (const bool dense : {true, false}) {
    Sequential model = dense ? mnist_dense(rng) : mnist_convolutional(rng);
    const Tensor digits = train_on_digits(model);
    networks.push_back({dense ? "mnist_dense" : "mnist_convolutional", std::move(model), digits});
  }
  add("mobile", mobile(rng), random({3, 3, 18, 20}, 4));
  add("every_layer", every_layer(rng), ids({4, 6}));
  return networks;
}

void round_weights(Layer& model) {
  for (const NamedTensor& entry : model.state()) {
    if (entry.parameter == nullptr || entry.value->shape().size() < 2) continue;
    const std::size_t rows = entry.value->shape()[0], columns = entry.value->size() / rows;
    for (std::size_t row = 0; row < rows; ++row) {
      Real* weights = entry.value->data() + row * columns;
      float largest = 0;
      for (std::size_t i = 0; i < columns; ++i) largest = std::max(largest, std::abs(static_cast<float>(weights[i])));
      const float step = largest / 127;
      for (std::size_t i = 0; i < columns; ++i)
        weights[i] = static_cast<Real>(step * std::round(static_cast<float>(weights[i]) / step));
    }
  }
}

}  // namespace cpp_export
