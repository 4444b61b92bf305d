#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/losses/detail/class_kernels.hpp>
#include <minnow/losses/detail/class_targets.hpp>
#include <minnow/losses/detail/position_weights.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

CrossEntropyLoss::CrossEntropyLoss(CrossEntropyOptions options)
    : Loss(options.reduction), options_(std::move(options)) {
  if (!(options_.label_smoothing >= 0 && options_.label_smoothing <= 1))
    throw ValueError(
        format_text("CrossEntropyLoss: expected label_smoothing in [0, 1], got {}.", options_.label_smoothing));
  check_weight_values(options_.weight, "weight", *this);
}

double CrossEntropyLoss::count(const LossInputs& in) {
  const ClassLayout layout(in.prediction, *this);
  if (has_class_indices(in, *this))
    return read_index_weights(in, options_.weight, options_.ignore_index, options_.label_smoothing == 0, *this,
                              position_weights_);
  check_class_weight(options_.weight, layout.classes, *this);
  return read_sample_weights(in, layout, position_weights_);
}

void CrossEntropyLoss::compute(const LossInputs& in, const LossOutputs& out) {
  const ClassLayout layout(in.prediction, *this);
  if (layout.positions != 1) position_losses_.resize(layout.samples * layout.positions);
  const kernels::ClassPositions positions{layout.samples,
                                          layout.classes,
                                          layout.positions,
                                          in.prediction.data(),
                                          weights_or_null(position_weights_),
                                          out.scale,
                                          out.gradient.data(),
                                          layout.positions == 1 ? out.per_sample.data() : position_losses_.data()};
  const bool indices = in.target.dimension() < in.prediction.dimension();
  if (indices && options_.label_smoothing == 0) {
    const Real* labels = in.target.data();
    const std::size_t grain_size = std::max<std::size_t>(light_grain / 2 / (layout.classes * layout.positions + 1), 1);
    parallel_for(layout.samples, (grain_size + 63) / 64 * 64, [&](std::size_t begin, std::size_t end) {
      kernels::cross_entropy(positions.samples_between(begin, end), labels + begin * layout.positions);
    });
  } else {
    const Real* target = in.target.data();
    const kernels::SoftTargets soft{indices ? target : nullptr, indices ? nullptr : target,
                                    options_.weight ? options_.weight->data() : nullptr, options_.label_smoothing,
                                    sum_tolerance};
    if (!kernels::soft_cross_entropy(positions, soft)) check_distributions(in, layout, false, *this);
  }
  if (layout.positions != 1) sum_positions(position_losses_, out.per_sample);
}

}  // namespace minnow::inline MINNOW_PRECISION
