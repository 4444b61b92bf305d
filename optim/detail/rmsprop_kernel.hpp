#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

struct RMSpropStep {
  Real learning_rate;
  Real keep, take;  // v = keep v + take g^2, and the mean m likewise
  Real epsilon;
  Real momentum;
  Real weight_decay;  // g += weight_decay p
};

/// One pass over a parameter of n numbers; see RMSprop for the formula. mean is null unless centered, and buffer unless
/// there is momentum.
void rmsprop(const RMSpropStep& step, const Real* gradient, Real* square, Real* mean, Real* buffer, Real* value,
             std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
