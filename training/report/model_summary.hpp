#pragma once

#include <minnow/core/layer.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The layers of a model, and the filters of its first convolution.
struct ModelSummary {
  struct Row {
    std::string layer, output;  // "Dense(784 -> 10)", "(64, 10)"
    std::size_t parameters;
  };
  std::vector<Row> rows;
  std::string input;            // "(64, 3, 32, 32)"
  std::size_t parameters = 0;   // of all rows
  std::string filters_name;     // "0.weight"; empty without a convolution
  Tensor filters = zeros({0});  // (out, in / groups, H, W)
};

/// Returns the summary of a model for a batch of shape `input`: a row for each child of a Sequential, one row for any
/// other layer. The filters are those of the first parameter with four axes. Throws ShapeError if a layer does not
/// accept its input.
MINNOW_API ModelSummary summarize(const Layer& model, const Shape& input);

}  // namespace minnow::inline MINNOW_PRECISION
