#include <minnow/losses/bce_loss.hpp>
#include <minnow/losses/detail/elements.hpp>

namespace minnow::inline MINNOW_PRECISION {

BCELoss::BCELoss(BCEOptions options) : Loss(options.reduction), weight_(std::move(options.weight), "weight", *this) {}

void BCELoss::compute(const LossInputs& in, const LossOutputs& out) {
  if (!kernels::bce(elements(in, out, weight_.of(in.prediction, *this)))) refuse_probability(in, true, *this);
}

}  // namespace minnow::inline MINNOW_PRECISION
