#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/io/detail/tensor_file.hpp>
#include <minnow/io/weights.hpp>

#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

/// The tensors of a layer and the tensors of a file that have the same name and shape.
struct MatchedWeights {
  struct Pair {
    NamedTensor target;
    const TensorEntry* source;
  };
  std::vector<Pair> pairs;
  SkippedWeights skipped;
};

/// Matches by name. Throws DataError, which lists every difference, if `options.strict` and there are any. Throws
/// ValueError if two names of the file are mapped to one name of the layer.
MatchedWeights match_weights(Layer& layer, const TensorFile& file, const LoadWeightsOptions& options);

/// Returns the error that lists every difference: "FILE: expected the weights of LAYER, got ...".
std::string difference_text(const Layer& layer, const TensorFile& file, const SkippedWeights& skipped);

}  // namespace minnow::inline MINNOW_PRECISION::detail
