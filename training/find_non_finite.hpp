#pragma once

#include <minnow/models/sequential.hpp>

#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// Describes where the first non-finite element arose in a training pass: "in the inputs, sample 3", "in layer 1,
/// Dense(784 -> 10): its weight is not finite", "in layers 0 to 3, Conv2d(3 -> 8, 3) ... MaxPool2d(2)", or "in the
/// loss". For use after a loss that is not finite. It reads what the pass has kept and runs no layer.
///   x, y, context: those of model.forward(x, y, context).
MINNOW_API std::string find_non_finite(const Layer& model, const Tensor& x, const Tensor& y, const Context& context);

/// The same for the last model.forward(x).
MINNOW_API std::string find_non_finite(const Sequential& model, const Tensor& x);

}  // namespace minnow::inline MINNOW_PRECISION
