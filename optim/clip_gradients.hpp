#pragma once

#include <minnow/optim/optimizer.hpp>

namespace minnow::inline MINNOW_PRECISION {

// Both functions are called between backward and step. They use the trainable parameters that have a fresh gradient,
// skip all others, and allocate nothing.

/// Scales the gradients by min(1, max_norm / (norm + 1e-6)) and returns norm, the norm of all gradients as one vector,
/// as torch.nn.utils.clip_grad_norm_ does. The squares are summed in double. An infinite max_norm changes no gradient.
/// If the norm is infinite, finite elements become 0; if it is NaN, all elements become NaN. With error_if_nonfinite,
/// both cases throw NonFiniteError and leave the gradients unchanged. Throws ValueError if max_norm is negative or NaN.
MINNOW_API double clip_grad_norm(const std::vector<NamedTensor>& parameters, double max_norm,
                                 bool error_if_nonfinite = false);
inline double clip_grad_norm(const Optimizer& optimizer, double max_norm, bool error_if_nonfinite = false) {
  return clip_grad_norm(optimizer.parameters(), max_norm, error_if_nonfinite);
}

/// Clamps each element of the gradients to [-clip_value, clip_value], as torch.nn.utils.clip_grad_value_ does. NaN
/// stays NaN. Throws ValueError if clip_value is negative or NaN.
MINNOW_API void clip_grad_value(const std::vector<NamedTensor>& parameters, double clip_value);
inline void clip_grad_value(const Optimizer& optimizer, double clip_value) {
  clip_grad_value(optimizer.parameters(), clip_value);
}

}  // namespace minnow::inline MINNOW_PRECISION
