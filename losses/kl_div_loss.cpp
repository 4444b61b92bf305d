#include <minnow/losses/detail/class_targets.hpp>
#include <minnow/losses/detail/elements.hpp>
#include <minnow/losses/kl_div_loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

double KLDivLoss::count(const LossInputs& in) {
  const ClassLayout layout(in.prediction, *this);
  const double counted = Loss::count(in);
  check_distributions(in, layout, log_target_, *this);
  return counted;
}

void KLDivLoss::compute(const LossInputs& in, const LossOutputs& out) {
  if (log_target_)
    kernels::kl_div_log_target(elements(in, out));
  else
    kernels::kl_div(elements(in, out));
}

}  // namespace minnow::inline MINNOW_PRECISION
