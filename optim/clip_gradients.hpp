#pragma once

#include <minnow/optim/optimizer.hpp>

namespace minnow::inline MINNOW_PRECISION {

// Between backward and step. Both look at parameters that are trained and have a gradient since the last step, and at
// no other; they allocate nothing.

/// Scales the gradients so that together, as one vector, they are no longer than max_norm, and returns how long they
/// were: torch.nn.utils.clip_grad_norm_, but summed in double. They become g * min(1, max_norm / (norm + 1e-6)). A norm
/// that is not finite scales as it stands: infinity makes zeros of what is finite, and NaN makes NaN of everything; or
/// throws NonFiniteError, with error_if_nonfinite, and leaves the gradients alone. Throws ValueError when max_norm is
/// negative or NaN; infinity only measures.
MINNOW_API double clip_grad_norm(const std::vector<NamedTensor>& parameters, double max_norm,
                                 bool error_if_nonfinite = false);
inline double clip_grad_norm(const Optimizer& optimizer, double max_norm, bool error_if_nonfinite = false) {
  return clip_grad_norm(optimizer.parameters(), max_norm, error_if_nonfinite);
}

/// Takes each number of the gradients into [-clip_value, clip_value]; NaN stays: torch.nn.utils.clip_grad_value_.
/// Throws ValueError when clip_value is negative or NaN.
MINNOW_API void clip_grad_value(const std::vector<NamedTensor>& parameters, double clip_value);
inline void clip_grad_value(const Optimizer& optimizer, double clip_value) {
  clip_grad_value(optimizer.parameters(), clip_value);
}

}  // namespace minnow::inline MINNOW_PRECISION
