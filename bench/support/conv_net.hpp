#pragma once

// The convolutional nets whose training step is measured, and their initial values: the same for Minnow and its peers.

#include <bench/support/net.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace bench {

/// conv-relu-pool-conv-relu-pool-dense-relu-dense. Convolutions are 3 x 3 and keep height and width; pools halve both.
struct ConvNet {
  std::size_t channels, size, filters1, filters2, batch;

  static constexpr std::size_t hidden = 64, classes = 10;

  std::size_t pixels() const { return size * size; }  // of the input and of the first convolution's output
  std::size_t features() const { return filters2 * pixels() / 16; }

  /// Fan-in and fan-out of a layer with weights. A convolution has 9 inputs per channel.
  struct Fan {
    std::size_t in, out;
  };
  std::array<Fan, 4> fans() const {
    return {{{9 * channels, filters1}, {9 * filters1, filters2}, {features(), hidden}, {hidden, classes}}};
  }

  /// Returns a name such as "3x32x32-c32-c64,32".
  std::string name() const {
    const std::string side = std::to_string(size);
    return std::to_string(channels) + "x" + side + "x" + side + "-c" + std::to_string(filters1) + "-c" +
           std::to_string(filters2) + "," + std::to_string(batch);
  }
};

inline const std::vector<ConvNet>& conv_nets() {
  static const std::vector<ConvNet> all{
      {1, 28, 8, 16, 32}, {3, 32, 32, 64, 32}, {3, 64, 16, 32, 32}, {3, 64, 32, 64, 64}};
  return all;
}

inline void fill_inputs(const ConvNet& net, float* x) { fill_uniform(x, net.batch * net.channels * net.pixels(), 1); }

template <class T>
void fill_targets(const ConvNet& net, T* labels) {
  fill_labels(labels, net.batch, static_cast<std::int64_t>(ConvNet::classes));
}

/// Writes the initial values of the layer `index` among the layers with weights. weight: (out, in), where the in of a
/// convolution is (channels, 3, 3); bias: (out).
inline void fill_layer(const ConvNet& net, std::size_t index, float* weight, float* bias) {
  fill_layer(net.fans()[index].in, net.fans()[index].out, index, weight, bias);
}

}  // namespace bench
