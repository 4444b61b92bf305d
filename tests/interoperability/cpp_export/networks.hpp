#pragma once

// The networks whose headers are compiled and run, and inputs for them.

#include <minnow/minnow.hpp>

#include <string>
#include <vector>

namespace cpp_export {

struct Network {
  std::string name;
  minnow::Sequential model;
  minnow::Tensor inputs;  // a batch
  double scale = 1;       // the tolerance, as a multiple of 1e-5
};

/// The networks of the programs animals and mnist, a network that contains every layer, and depthwise convolutions.
/// The networks of mnist are trained: on digits that are drawn here.
std::vector<Network> program_networks();

/// A network for each layer with each of its options, and random nets.
std::vector<Network> layer_networks();

/// Rounds the weights of each output channel of Dense, Conv2d and Embedding to 255 values, as CppWeights::int8 does.
void round_weights(minnow::Layer& model);

}  // namespace cpp_export
