#pragma once

#include <minnow/core/check_gradients.hpp>
#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Compares a loss's backward at `prediction` with fourth-order central differences of its forward, and checks the
/// contract of Loss. Reliable in the double build; in float it finds large errors only. Also checked: forward is
/// deterministic and independent of the previous batch; per_sample has one element per sample; sample weights apply to
/// losses and gradient; a batch of the first sample alone.
///   prediction: (N, ...), at least options.step inside the valid range; target: a valid target.
MINNOW_API GradientReport check_gradients(Loss& loss, const Tensor& prediction, const Tensor& target,
                                          const GradientCheckOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION
