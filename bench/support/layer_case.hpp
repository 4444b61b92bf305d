#pragma once

// The measured layers and the shapes of their inputs: the same for Minnow and its peers.

#include <bench/support/program.hpp>
#include <bench/support/values.hpp>

#include <string>
#include <vector>

namespace bench {

inline constexpr std::size_t dense_in = 784, dense_out = 512;

struct LayerCase {
  std::string name;
  std::size_t rows, cols;
};

inline const std::vector<LayerCase>& layer_cases() {
  static const std::vector<LayerCase> all{{"dense", 128, dense_in},
                                          {"relu", 128, 1024},
                                          {"sigmoid", 128, 1024},
                                          {"tanh", 128, 1024},
                                          {"softmax", 4096, 10}};
  return all;
}

}  // namespace bench
