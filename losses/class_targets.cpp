#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
#include <minnow/losses/class_kernels.hpp>
#include <minnow/losses/class_targets.hpp>

#include <cmath>
#include <numeric>

namespace minnow::inline MINNOW_PRECISION {

ClassLayout::ClassLayout(const Tensor& prediction, const Loss& loss) {
  const Shape& shape = prediction.shape();
  if (shape.size() < 2 || shape[1] == 0)
    throw ShapeError(format_text("{}: expected a prediction (N, C) or (N, C, ...) with C >= 1, got {}.", loss.name(),
                                 to_string(shape)));
  samples = shape[0];
  classes = shape[1];
  positions = 1;
  for (std::size_t axis = 2; axis < shape.size(); ++axis) positions *= shape[axis];
}

bool holds_class_indices(const LossInputs& in, const Loss& loss) {
  const Shape &prediction = in.prediction.shape(), &target = in.target.shape();
  if (target == prediction) return false;
  Shape indices{prediction[0]};
  for (std::size_t axis = 2; axis < prediction.size(); ++axis) indices.push_back(prediction[axis]);
  if (target == indices) return true;
  throw ShapeError(format_text("{3}: expected a target {0} or {1} for a prediction {1}, got {2}.", to_string(indices),
                               to_string(prediction), to_string(target), loss.name()));
}

void check_class_weight(const Tensor& weight, std::size_t classes, const Loss& loss) {
  if (weight.dimension() == 0) return;
  if (weight.shape() != Shape{classes})
    throw ShapeError(format_text("{}: expected options.weight ({}), one for each class, got {}.", loss.name(), classes,
                                 to_string(weight.shape())));
}

void check_weight_values(const Tensor& weight, const char* option, const Loss& loss) {
  for (std::size_t i = 0; i < weight.size() && weight.dimension() > 0; ++i)
    if (const Real w = weight.data()[i]; !(w >= 0) || std::isinf(w))
      throw ValueError(
          format_text("{}: expected options.{} finite and not negative, got {} at {}.", loss.name(), option, w, i));
}

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

void sum_positions(std::span<const double> positions, std::span<double> per_sample) {
  const std::size_t count = per_sample.empty() ? 0 : positions.size() / per_sample.size();
  for (std::size_t n = 0; n < per_sample.size(); ++n) {
    const auto first = positions.begin() + static_cast<std::ptrdiff_t>(n * count);
    per_sample[n] = std::accumulate(first, first + static_cast<std::ptrdiff_t>(count), 0.0);
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
