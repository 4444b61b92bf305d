#pragma once

#include <minnow/models/sequential.hpp>

#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// Where the first number that is not finite stands after model.forward(inputs): "in the inputs, sample 3",
/// "in layer 1, Dense(784 -> 10): its weight is not finite", or "in the loss". To be called when a loss is not finite.
MINNOW_API std::string find_non_finite(Sequential& model, const Tensor& inputs);

}  // namespace minnow::inline MINNOW_PRECISION
