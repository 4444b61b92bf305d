#include <minnow/losses/bce_loss.hpp>
#include <minnow/losses/detail/class_targets.hpp>
#include <minnow/losses/detail/element_weights.hpp>
#include <minnow/losses/detail/elements.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION {

BCELoss::BCELoss(BCEOptions options) : Loss(options.reduction), weight_(std::move(options.weight)) {
  check_weight_values(weight_, "weight", *this);
}

void BCELoss::compute(const LossInputs& in, const LossOutputs& out) {
  const Real* weight = expand_weight(weight_, "weight", in.prediction, *this, expanded_weight_);
  if (!kernels::bce(elements(in, out, weight))) throw_not_a_probability(in, true, *this);
}

}  // namespace minnow::inline MINNOW_PRECISION
