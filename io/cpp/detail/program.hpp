#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

/// A constant array of the header: floats, or bytes if there are any.
struct CppConstant {
  std::string name;
  std::vector<float> values;
  std::vector<std::int8_t> bytes = {};
};

/// The weights of a dense layer or a convolution before they are stored in blocks, in double. A norm can be folded in.
struct CppProduct {
  std::size_t out, groups, channels, positions;  // weight: (out, channels of the group, positions)
  std::vector<double> weight, bias;              // bias: empty or (out)
  bool depthwise = false;                        // stored as (positions, out), not in blocks of outputs

  std::size_t depth() const { return channels * positions; }
};

/// One call in the body of predict: kernel<arguments>(constants, inputs, output, scratch).
struct CppStep {
  std::string layers;                  // "0 Conv2d, 2 ReLU"
  std::string_view kernel;             // the function template
  std::vector<std::string> arguments;  // template arguments without the activation
  std::string activation = {};         // the last template argument; empty if the kernel has none
  std::vector<std::string> constants = {};
  std::vector<std::size_t> inputs = {};  // tensors
  std::size_t output = 0;                // a tensor
  std::size_t output_offset = 0;         // where the step writes in its output
  bool in_place = false;                 // the output may have the memory of an input
  std::size_t scratch = 0;               // floats per row of a tile
  Shape shape = {};                      // of the output, without the batch
  bool open = true;                      // an activation or a norm can be fused into the step
  std::optional<CppProduct> product = std::nullopt;
};

/// A network as a list of steps on tensors. Tensor 0 is the input.
struct CppProgram {
  std::vector<std::size_t> tensors;  // their sizes
  std::vector<CppStep> steps;
  std::vector<CppConstant> constants;
  std::vector<std::pair<std::string, std::string>> activations;  // structs with a parameter: name and code
  std::size_t output = 0;                                        // a tensor
};

}  // namespace minnow::inline MINNOW_PRECISION::detail
