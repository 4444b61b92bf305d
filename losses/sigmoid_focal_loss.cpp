#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/detail/elements.hpp>
#include <minnow/losses/sigmoid_focal_loss.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {

SigmoidFocalLoss::SigmoidFocalLoss(const SigmoidFocalOptions& options)
    : Loss(options.reduction), alpha_(options.alpha), gamma_(options.gamma) {
  if (!(alpha_ <= 1)) throw ValueError(format_text("SigmoidFocalLoss: expected alpha of at most 1, got {}.", alpha_));
  if (!(gamma_ >= 0) || std::isinf(gamma_))
    throw ValueError(format_text("SigmoidFocalLoss: expected gamma of at least 0 and finite, got {}.", gamma_));
}

void SigmoidFocalLoss::compute(const LossInputs& in, const LossOutputs& out) {
  if (!kernels::sigmoid_focal(elements(in, out), alpha_, gamma_)) throw_not_a_probability(in, false, *this);
}

}  // namespace minnow::inline MINNOW_PRECISION
