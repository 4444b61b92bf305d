#include <minnow/losses/bce_with_logits_loss.hpp>
#include <minnow/losses/detail/class_targets.hpp>
#include <minnow/losses/detail/element_weights.hpp>
#include <minnow/losses/detail/elements.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION {

BCEWithLogitsLoss::BCEWithLogitsLoss(BCEWithLogitsOptions options)
    : Loss(options.reduction), weight_(std::move(options.weight)), pos_weight_(std::move(options.pos_weight)) {
  check_weight_values(weight_, "weight", *this);
  check_weight_values(pos_weight_, "pos_weight", *this);
}

void BCEWithLogitsLoss::compute(const LossInputs& in, const LossOutputs& out) {
  const Real* weight = expand_weight(weight_, "weight", in.prediction, *this, expanded_weight_);
  const Real* pos_weight = expand_weight(pos_weight_, "pos_weight", in.prediction, *this, expanded_pos_weight_);
  if (!kernels::bce_with_logits(elements(in, out, weight), pos_weight)) throw_not_a_probability(in, false, *this);
}

}  // namespace minnow::inline MINNOW_PRECISION
