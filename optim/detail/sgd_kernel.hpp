#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

struct SGDStep {
  Real learning_rate;
  Real momentum;  // 0: the buffer b is neither read nor written
  Real keep;      // b = keep b + take g; keep = 0 overwrites whatever b held
  Real take;
  Real weight_decay;
  bool nesterov;
};

/// One pass over a parameter of n numbers; see SGD for the formula.
void sgd(const SGDStep& step, const Real* gradient, Real* buffer, Real* value, std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
