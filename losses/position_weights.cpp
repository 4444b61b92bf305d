#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
#include <minnow/losses/class_kernels.hpp>
#include <minnow/losses/class_targets.hpp>
#include <minnow/losses/position_weights.hpp>

namespace minnow::inline MINNOW_PRECISION {

void PositionWeights::read(const LossInputs& in, const ClassLayout& layout) {
  total_ = 0;
  for (std::size_t i = 0; i < layout.samples; ++i) total_ += in.sample_weight(i);
  total_ *= static_cast<double>(layout.positions);
  values_.clear();
  if (in.sample_weights.empty()) return;
  for (std::size_t i = 0; i < layout.samples; ++i)
    values_.insert(values_.end(), layout.positions, in.sample_weights[i]);
}

void PositionWeights::read(const LossInputs& in, const ClassLayout& layout, const Tensor& class_weight,
                           std::int64_t ignore_index, bool with_class_weight, const Loss& loss) {
  const Real* labels = in.target.data();
  const std::size_t count = layout.samples * layout.positions;
  const auto ignored = static_cast<Real>(ignore_index);
  const kernels::LabelCheck check = kernels::check_labels(labels, count, layout.classes, ignored);
  if (check.first_wrong < count)
    throw ValueError(format_text(
        "{}: expected class indices, whole numbers from 0 to {}, or the ignored {}, got {} in row {}.", loss.name(),
        layout.classes - 1, ignore_index, labels[check.first_wrong], check.first_wrong / layout.positions));
  values_.clear();
  const bool class_weighted = class_weight.dimension() > 0;
  if (!class_weighted && check.ignored == 0 && in.sample_weights.empty()) {
    total_ = static_cast<double>(count);
    return;
  }
  values_.resize(count);
  total_ = 0;
  for (std::size_t n = 0, i = 0; n < layout.samples; ++n) {
    const auto sample = static_cast<Real>(in.sample_weight(n));
    for (std::size_t k = 0; k < layout.positions; ++k, ++i) {
      const bool counts = labels[i] != ignored;
      const Real of_class =
          counts && class_weighted ? class_weight.data()[static_cast<std::size_t>(labels[i])] : Real{1};
      values_[i] = counts ? sample * (with_class_weight ? of_class : Real{1}) : Real{0};
      if (counts) total_ += static_cast<double>(sample) * static_cast<double>(of_class);
    }
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
