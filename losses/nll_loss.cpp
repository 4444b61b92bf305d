#include <minnow/losses/detail/class_targets.hpp>
#include <minnow/losses/detail/position_weights.hpp>
#include <minnow/losses/nll_loss.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

NLLLoss::NLLLoss(NLLOptions options) : Loss(options.reduction), options_(std::move(options)) {
  check_weight_values(options_.weight, "weight", *this);
}

double NLLLoss::count(const LossInputs& in) {
  return read_index_weights(in, options_.weight, options_.ignore_index, true, *this, position_weights_);
}

void NLLLoss::compute(const LossInputs& in, const LossOutputs& out) {
  const ClassLayout layout(in.prediction, *this);
  std::fill(out.gradient.storage().begin(), out.gradient.storage().end(), Real{0});
  for (std::size_t n = 0, i = 0; n < layout.samples; ++n) {
    double sum = 0;
    for (std::size_t k = 0; k < layout.positions; ++k, ++i) {
      const double weight = weight_at(position_weights_, i);
      if (weight == 0) continue;
      const std::size_t at = layout.offset(n, static_cast<std::size_t>(in.target.data()[i]), k);
      sum -= weight * static_cast<double>(in.prediction.data()[at]);
      out.gradient.data()[at] = static_cast<Real>(-weight * out.scale);
    }
    out.per_sample[n] = sum;
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
