#pragma once

#include <minnow/datasets/dataset.hpp>
#include <minnow/models/sequential.hpp>

#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// Describes where the first non-finite element of a pass arose, for an error about a loss that is not finite:
///   "in the inputs, sample 3", by its number in the dataset if batch.indices has it, otherwise by its row
///   "in the inputs, sample 3, mixed with sample 8"
///   "in layer 1, Dense(784 -> 10): its weight is not finite"
///   "in layer 2.0, ReLU", for layer 0 of the Sequential that is layer 2
///   "in layers 0 to 3, Conv2d(3 -> 8, 3) ... MaxPool2d(2)", for layers that run as one fused step
///   "in the targets, sample 3"
///   "in the loss"
/// Reads the activations that the pass has kept, and runs no layer.
///   batch, y, context: those of model.forward(batch.inputs, y, context), with backward_follows set.
MINNOW_API std::string find_non_finite(const Layer& model, const Batch& batch, const Tensor& y, const Context& context);

/// Describes the same for the last model.forward(x).
MINNOW_API std::string find_non_finite(const Sequential& model, const Tensor& x);

}  // namespace minnow::inline MINNOW_PRECISION
