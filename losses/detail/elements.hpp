#pragma once

#include <minnow/losses/detail/elementwise_kernels.hpp>
#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Returns the arguments of the elementwise kernels. weights: (size of a sample), or null.
kernels::Elements elements(const LossInputs& in, const LossOutputs& out, const Real* weights = nullptr);

/// Throws a ValueError that names the first element outside [0, 1] of the target, or of the prediction if
/// `check_prediction`. A NaN in the prediction is no error.
[[noreturn]] void throw_not_a_probability(const LossInputs& in, bool check_prediction, const Loss& loss);

}  // namespace minnow::inline MINNOW_PRECISION
