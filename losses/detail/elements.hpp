#pragma once

#include <minnow/losses/detail/elementwise_kernels.hpp>
#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// What the kernels of elementwise losses work on.
kernels::Elements elements(const LossInputs& in, const LossOutputs& out, const Real* weights = nullptr);

/// Throws the ValueError that names the first number outside [0, 1]: of the target, or of the prediction, where NaN may
/// stand, if that is to hold probabilities.
[[noreturn]] void refuse_probability(const LossInputs& in, bool prediction_too, const Loss& loss);

}  // namespace minnow::inline MINNOW_PRECISION
