#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

struct SGDStep {
  Real learning_rate;
  Real momentum;  // if 0, the buffer b is neither read nor written
  Real keep;      // b = keep b + add g; keep = 0 overwrites b, NaN included
  Real add;
  Real weight_decay;
  bool nesterov;
};

/// Updates a parameter of n elements by one step of SGD; sgd.hpp shows the formula.
void sgd(const SGDStep& step, const Real* gradient, Real* buffer, Real* value, std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
