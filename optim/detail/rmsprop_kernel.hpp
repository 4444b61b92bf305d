#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

struct RMSpropStep {
  Real learning_rate;
  Real keep, add;  // v = keep v + add g^2, mean m = keep m + add g
  Real epsilon;
  Real momentum;
  Real weight_decay;  // g += weight_decay p
};

/// Updates a parameter of n elements by one step of RMSprop; rmsprop.hpp shows the formula. mean is null unless
/// centered; buffer is null without momentum.
void rmsprop(const RMSpropStep& step, const Real* gradient, Real* square, Real* mean, Real* buffer, Real* value,
             std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
