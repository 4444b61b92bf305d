#pragma once

#include <minnow/layers/convolution/conv2d.hpp>

#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::testing {

struct ConvolutionCase {
  Shape x;
  std::size_t out;
  Size2d kernel;
  Size2d stride = 1, padding = 0, dilation = 1;
  std::size_t groups = 1;
};

inline Conv2d make_layer(const ConvolutionCase& c, std::uint64_t seed = 1) {
  Rng rng{seed};
  return {c.x[1],
          c.out,
          c.kernel,
          rng,
          {.stride = c.stride,
           .padding = {c.padding.height, c.padding.width},
           .dilation = c.dilation,
           .groups = c.groups,
           .init = Init::pytorch}};
}

inline std::string text(const ConvolutionCase& c) { return make_layer(c).name() + " on " + to_string(c.x); }

inline Tensor normal_tensor(const Shape& shape, Rng rng) {
  Tensor tensor = zeros(shape);
  for (Real& value : tensor.storage()) value = static_cast<Real>(rng.normal());
  return tensor;
}

/// A case for each way.
inline std::vector<ConvolutionCase> cases() {
  return {
      {{3, 16, 9, 7}, 20, 3, 1, 1},                            // Winograd, odd sizes and channels
      {{13, 32, 4, 4}, 48, 3, 1, 1},                           // Winograd, several images in a block
      {{2, 17, 21, 30}, 70, 3, 1, {0, 2}},                     // Winograd, rows of an image in a block
      {{5, 40, 5, 5}, 24, 1},                                  // pixels
      {{3, 24, 10, 10}, 33, 1},                                // pixels in place
      {{3, 20, 9, 8}, 36, 3, 2, 1},                            // pixels, stride
      {{2, 16, 8, 11}, 17, {5, 3}, {2, 1}, {3, 2}},            // pixels, phases of 3 x 3
      {{2, 34, 7, 9}, 38, {3, 2}, {1, 3}, {4, 1}, {2, 1}, 2},  // pixels, groups and dilation
      {{2, 20, 7, 6}, 18, 1, 2},                               // pixels, phases without filter elements
      {{3, 6, 48, 24}, 20, 1},                                 // planes in place
      {{4, 3, 19, 21}, 10, {7, 5}, 2, {3, 2}},                 // padded tiles, stride
      {{3, 8, 12, 13}, 12, 3, {3, 2}, {0, 3}, {1, 2}, 4},      // padded tiles, groups
      {{2, 5, 20, 20}, 10, 5, 1, 2, 1, 5},                     // depthwise, two outputs a channel
      {{3, 7, 11, 17}, 7, 3, 2, 1, 1, 7},                      // depthwise, stride
  };
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
