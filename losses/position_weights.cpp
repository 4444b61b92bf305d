#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/detail/class_kernels.hpp>
#include <minnow/losses/detail/class_targets.hpp>
#include <minnow/losses/position_weights.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

bool is_class(Real label, std::size_t classes) {
  return label >= 0 && label < static_cast<Real>(classes) && label == std::floor(label);
}

}  // namespace

double PositionWeights::read_samples(const LossInputs& in, const ClassLayout& layout) {
  values_.clear();
  for (const Real weight : in.sample_weights)
    values_.insert(values_.end(), layout.positions, static_cast<double>(weight));
  return in.total_sample_weight() * static_cast<double>(layout.positions);
}

double PositionWeights::read_indices(const LossInputs& in, const std::optional<Tensor>& class_weight,
                                     std::int64_t ignore_index, bool with_class_weight, const Loss& loss) {
  const ClassLayout layout(in.prediction, loss);
  check_class_weight(class_weight, layout.classes, loss);
  check_class_indices(in, loss);
  const Real* labels = in.target.data();
  const std::size_t count = layout.samples * layout.positions;
  const auto ignored = static_cast<Real>(ignore_index);
  if (static_cast<double>(ignored) != static_cast<double>(ignore_index))
    throw ValueError(
        format_text("{}: expected an ignore_index that a label can be, got {}.", loss.name(), ignore_index));
  const kernels::LabelCheck check = kernels::check_labels(labels, count, layout.classes, ignored);
  for (std::size_t i = check.first_wrong; i < count; ++i)
    if (in.sample_weight(i / layout.positions) != 0 && labels[i] != ignored && !is_class(labels[i], layout.classes))
      throw ValueError(
          format_text("{}: expected class indices, whole numbers from 0 to {}, or the ignored {}, got {} in row {}.",
                      loss.name(), layout.classes - 1, ignore_index, labels[i], i / layout.positions));
  values_.clear();
  if (!class_weight && check.ignored == 0 && in.sample_weights.empty()) return static_cast<double>(count);
  values_.resize(count);
  double total = 0;
  for (std::size_t n = 0, i = 0; n < layout.samples; ++n) {
    const double sample = in.sample_weight(n);
    for (std::size_t k = 0; k < layout.positions; ++k, ++i) {
      const bool counts = sample != 0 && labels[i] != ignored;
      const double of_class =
          counts && class_weight ? static_cast<double>(class_weight->data()[static_cast<std::size_t>(labels[i])]) : 1;
      values_[i] = counts ? sample * (with_class_weight ? of_class : 1) : 0;
      if (counts) total += sample * of_class;
    }
  }
  return total;
}

}  // namespace minnow::inline MINNOW_PRECISION
