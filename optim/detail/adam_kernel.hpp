#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

struct AdamStep {
  Real keep_m, add_m;  // m = keep_m m + add_m g
  Real keep_v, add_v;  // v = keep_v v + add_v g^2
  Real epsilon;
  Real weight_decay;     // g += weight_decay p
  Real decay;            // p -= decay p
  Real step_size = 0;    // learning_rate / (1 - beta1^t)
  Real root_factor = 0;  // 1 / sqrt(1 - beta2^t)
};

/// Updates a parameter of n elements by one step of Adam or AdamW; adam.hpp shows the formula. v_max is null without
/// AMSGrad.
void adam(const AdamStep& step, const Real* gradient, Real* m, Real* v, Real* v_max, Real* value, std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
