#pragma once

// The dense nets whose training step is measured, and their initial values: the same for Minnow and its peers.

#include <bench/support/values.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace bench {

/// Dense layers with ReLU between them.
struct Net {
  std::vector<std::size_t> widths;  // inputs, hidden, ..., classes
  std::size_t batch;

  std::size_t layers() const { return widths.size() - 1; }
  std::size_t classes() const { return widths.back(); }

  /// Returns a name such as "784-128-10,64".
  std::string name() const {
    std::string text;
    for (const std::size_t width : widths) text += std::to_string(width) + "-";
    text.back() = ',';
    return text + std::to_string(batch);
  }
};

inline const std::vector<Net>& nets() {
  static const std::vector<Net> all{{{4, 16, 4}, 16},
                                    {{64, 128, 4}, 32},
                                    {{784, 128, 10}, 64},
                                    {{784, 512, 512, 10}, 128},
                                    {{3072, 1024, 1024, 4}, 128}};
  return all;
}

inline const std::vector<Net>& inference_nets() {
  static const std::vector<Net> all{
      {{784, 128, 10}, 1}, {{784, 128, 10}, 256}, {{3072, 1024, 1024, 4}, 1}, {{3072, 1024, 1024, 4}, 256}};
  return all;
}

// A step is forward, softmax cross-entropy, backward and SGD with momentum. The learning rate is small, so that after
// thousands of steps on one batch the values are still typical of training.
inline constexpr double learning_rate = 1e-3, momentum = 0.9;

/// Steps before the measured steps. They allocate all buffers, and the loss of the last one must agree among
/// contenders.
inline constexpr int first_steps = 5;

inline void fill_inputs(const Net& net, float* x) { fill_uniform(x, net.batch * net.widths[0], 1); }

template <class T>
void fill_targets(const Net& net, T* labels) {
  fill_labels(labels, net.batch, static_cast<std::int64_t>(net.classes()));
}

/// Writes weight (out, in) and bias (out) of the layer `index`, uniform in [-1 / sqrt(in), 1 / sqrt(in)).
inline void fill_layer(std::size_t in, std::size_t out, std::size_t index, float* weight, float* bias) {
  const float bound = 1 / std::sqrt(static_cast<float>(in));
  const auto stream = static_cast<std::uint32_t>(2 * index + 1);
  fill_uniform(weight, in * out, bound, stream);
  fill_uniform(bias, out, bound, stream + 1);
}

inline void fill_layer(const Net& net, std::size_t index, float* weight, float* bias) {
  fill_layer(net.widths[index], net.widths[index + 1], index, weight, bias);
}

}  // namespace bench
