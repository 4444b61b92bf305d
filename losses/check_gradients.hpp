#pragma once

#include <minnow/core/check_gradients.hpp>
#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Tells whether a loss's backward is the derivative of its forward at `prediction` and keeps the contract of Loss, by
/// fourth-order central differences. Reliable in the double build; in float it still finds gross faults. It also checks
/// that forward repeats itself, whatever batch came before, that per_sample has a number for each sample, that sample
/// weights weigh both the losses and the gradient, and a batch of the first sample alone.
///   prediction: (N, ...), at least options.step away from the edge of what the loss takes; target: what it takes.
MINNOW_API GradientReport check_gradients(Loss& loss, const Tensor& prediction, const Tensor& target,
                                          const GradientCheckOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION
