#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/detail/class_kernels.hpp>
#include <minnow/losses/detail/class_targets.hpp>
#include <minnow/losses/detail/position_weights.hpp>
#include <minnow/losses/focal_loss.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {

FocalLoss::FocalLoss(FocalOptions options) : Loss(options.reduction), options_(std::move(options)) {
  if (!(options_.gamma >= 0) || std::isinf(options_.gamma))
    throw ValueError(format_text("FocalLoss: expected gamma of at least 0 and finite, got {}.", options_.gamma));
  check_weight_values(options_.weight, "weight", *this);
}

double FocalLoss::count(const LossInputs& in) {
  return read_index_weights(in, options_.weight, options_.ignore_index, true, *this, position_weights_);
}

void FocalLoss::compute(const LossInputs& in, const LossOutputs& out) {
  const ClassLayout layout(in.prediction, *this);
  position_losses_.resize(layout.samples * layout.positions);
  kernels::cross_entropy({layout.samples, layout.classes, layout.positions, in.prediction.data(),
                          weights_or_null(position_weights_), out.scale, out.gradient.data(), position_losses_.data()},
                         in.target.data());
  const double gamma = options_.gamma;
  for (std::size_t n = 0, i = 0; n < layout.samples; ++n)
    for (std::size_t k = 0; k < layout.positions; ++k, ++i) {
      const double weight = weight_at(position_weights_, i);
      if (weight == 0) continue;
      const double loss = position_losses_[i] / weight;
      const double p = std::exp(-loss), error = -std::expm1(-loss);
      const double factor = std::pow(error, gamma);
      const double slope = error == 0 || p == 0 ? factor : factor * (1 + gamma * p * loss / error);
      position_losses_[i] *= factor;
      for (std::size_t c = 0; c < layout.classes; ++c)
        out.gradient.data()[layout.offset(n, c, k)] *= static_cast<Real>(slope);
    }
  sum_positions(position_losses_, out.per_sample);
}

}  // namespace minnow::inline MINNOW_PRECISION
