#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
#include <minnow/losses/class_kernels.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr double sum_tolerance = 1e-4;  // how far from 1 target probabilities may add up to

/// Says which of the target probabilities the kernel has refused.
[[noreturn]] void refuse_probabilities(const Tensor& target, const ClassLayout& layout) {
  for (std::size_t n = 0; n < layout.samples; ++n)
    for (std::size_t k = 0; k < layout.positions; ++k) {
      double sum = 0;
      for (std::size_t c = 0; c < layout.classes; ++c) {
        const auto t = static_cast<double>(target.data()[(n * layout.classes + c) * layout.positions + k]);
        if (!(t >= 0 && t <= 1))
          throw ValueError(
              format_text("CrossEntropyLoss: expected target probabilities in [0, 1], got {} in row {}.", t, n));
        sum += t;
      }
      if (!(std::abs(sum - 1) <= sum_tolerance))
        throw ValueError(
            format_text("CrossEntropyLoss: expected target probabilities that sum to 1, got {} in row {}.", sum, n));
    }
  throw Error("CrossEntropyLoss: expected target probabilities that sum to 1.");
}

}  // namespace

CrossEntropyLoss::CrossEntropyLoss(CrossEntropyOptions options)
    : Loss(options.reduction), options_(std::move(options)) {
  if (!(options_.label_smoothing >= 0 && options_.label_smoothing <= 1))
    throw ValueError(
        format_text("CrossEntropyLoss: expected label_smoothing in [0, 1], got {}.", options_.label_smoothing));
  check_weight_values(options_.weight, "weight", *this);
}

double CrossEntropyLoss::count(const LossInputs& in) {
  const ClassLayout layout(in.prediction, *this);
  check_class_weight(options_.weight, layout.classes, *this);
  if (!holds_class_indices(in, *this))
    weights_.read(in, layout);
  else
    weights_.read(in, layout, options_.weight, options_.ignore_index, options_.label_smoothing == 0, *this);
  return weights_.total();
}

void CrossEntropyLoss::compute(const LossInputs& in, const LossOutputs& out) {
  const ClassLayout layout(in.prediction, *this);
  if (layout.positions != 1) position_losses_.resize(layout.samples * layout.positions);
  const kernels::ClassPositions positions{
      layout.samples,      layout.classes,
      layout.positions,    in.prediction.data(),
      weights_.data(),     out.scale,
      out.gradient.data(), layout.positions == 1 ? out.per_sample.data() : position_losses_.data()};
  const bool indices = in.target.dimension() < in.prediction.dimension();
  if (indices && options_.label_smoothing == 0) {
    kernels::cross_entropy(positions, in.target.data());
  } else {
    const Real* target = in.target.data();
    const kernels::SoftTargets soft{indices ? target : nullptr, indices ? nullptr : target,
                                    options_.weight.dimension() == 0 ? nullptr : options_.weight.data(),
                                    options_.label_smoothing, sum_tolerance};
    if (!kernels::soft_cross_entropy(positions, soft)) refuse_probabilities(in.target, layout);
  }
  if (layout.positions != 1) sum_positions(position_losses_, out.per_sample);
}

}  // namespace minnow::inline MINNOW_PRECISION
