#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/detail/elements.hpp>
#include <minnow/losses/smooth_l1_loss.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {

SmoothL1Loss::SmoothL1Loss(const SmoothL1Options& options) : Loss(options.reduction), beta_(options.beta) {
  if (!(options.beta >= 0) || std::isinf(options.beta))
    throw ValueError(format_text("SmoothL1Loss: expected beta of at least 0 and finite, got {}.", options.beta));
}

void SmoothL1Loss::compute(const LossInputs& in, const LossOutputs& out) {
  kernels::smooth_l1(elements(in, out), beta_, 1);
}

}  // namespace minnow::inline MINNOW_PRECISION
