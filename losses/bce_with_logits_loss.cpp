#include <minnow/losses/bce_with_logits_loss.hpp>
#include <minnow/losses/detail/elements.hpp>

namespace minnow::inline MINNOW_PRECISION {

BCEWithLogitsLoss::BCEWithLogitsLoss(BCEWithLogitsOptions options)
    : Loss(options.reduction),
      weight_(std::move(options.weight), "weight", *this),
      pos_weight_(std::move(options.pos_weight), "pos_weight", *this) {}

void BCEWithLogitsLoss::compute(const LossInputs& in, const LossOutputs& out) {
  const Real* weights = weight_.of(in.prediction, *this);
  if (!kernels::bce_with_logits(elements(in, out, weights), pos_weight_.of(in.prediction, *this)))
    refuse_probability(in, false, *this);
}

}  // namespace minnow::inline MINNOW_PRECISION
