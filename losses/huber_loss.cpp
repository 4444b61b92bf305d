#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/detail/elements.hpp>
#include <minnow/losses/huber_loss.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {

HuberLoss::HuberLoss(const HuberOptions& options) : Loss(options.reduction), delta_(options.delta) {
  if (!(options.delta > 0) || std::isinf(options.delta))
    throw ValueError(format_text("HuberLoss: expected delta greater than 0 and finite, got {}.", options.delta));
}

void HuberLoss::compute(const LossInputs& in, const LossOutputs& out) {
  kernels::smooth_l1(elements(in, out), delta_, delta_);
}

}  // namespace minnow::inline MINNOW_PRECISION
