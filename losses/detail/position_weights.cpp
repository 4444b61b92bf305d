#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/detail/class_kernels.hpp>
#include <minnow/losses/detail/position_weights.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

bool is_class(Real label, std::size_t classes) {
  return label >= 0 && label < static_cast<Real>(classes) && label == std::floor(label);
}

/// Throws ValueError if a label is neither a class nor `ignore_index`, and returns the number of ignored labels.
/// Labels of samples of weight 0 are not checked.
std::size_t check_labels(const LossInputs& in, const ClassLayout& layout, std::int64_t ignore_index, const Loss& loss) {
  const Real* labels = in.target.data();
  const std::size_t count = layout.samples * layout.positions;
  const auto ignored = static_cast<Real>(ignore_index);
  if (static_cast<long double>(ignored) != static_cast<long double>(ignore_index))
    throw ValueError(
        format_text("{}: expected an ignore_index that a label can represent, got {}.", loss.name(), ignore_index));
  const kernels::LabelCheck check = kernels::check_labels(labels, count, layout.classes, ignored);
  for (std::size_t i = check.first_invalid; i < count; ++i)
    if (in.sample_weight(i / layout.positions) != 0 && labels[i] != ignored && !is_class(labels[i], layout.classes))
      throw ValueError(
          format_text("{}: expected class indices, whole numbers from 0 to {}, or ignore_index {}, got {} in row {}.",
                      loss.name(), layout.classes - 1, ignore_index, labels[i], i / layout.positions));
  return check.ignored;
}

}  // namespace

double read_sample_weights(const LossInputs& in, const ClassLayout& layout, std::vector<double>& weights) {
  weights.clear();
  for (const Real weight : in.sample_weights)
    weights.insert(weights.end(), layout.positions, static_cast<double>(weight));
  return in.total_sample_weight() * static_cast<double>(layout.positions);
}

double read_index_weights(const LossInputs& in, const std::optional<Tensor>& class_weight, std::int64_t ignore_index,
                          bool with_class_weight, const Loss& loss, std::vector<double>& weights) {
  const ClassLayout layout(in.prediction, loss);
  check_class_weight(class_weight, layout.classes, loss);
  check_class_indices(in, loss);
  const std::size_t count = layout.samples * layout.positions;
  const std::size_t ignored_count = check_labels(in, layout, ignore_index, loss);
  weights.clear();
  if (!class_weight && ignored_count == 0 && in.sample_weights.empty()) return static_cast<double>(count);
  weights.resize(count);
  const Real* labels = in.target.data();
  const auto ignored = static_cast<Real>(ignore_index);
  double total = 0;
  for (std::size_t n = 0, i = 0; n < layout.samples; ++n) {
    const double sample = in.sample_weight(n);
    for (std::size_t k = 0; k < layout.positions; ++k, ++i) {
      const bool counts = sample != 0 && labels[i] != ignored;
      const double of_class =
          counts && class_weight ? static_cast<double>(class_weight->data()[static_cast<std::size_t>(labels[i])]) : 1;
      weights[i] = counts ? sample * (with_class_weight ? of_class : 1) : 0;
      if (counts) total += sample * of_class;
    }
  }
  return total;
}

}  // namespace minnow::inline MINNOW_PRECISION
