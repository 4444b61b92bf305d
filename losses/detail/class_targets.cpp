#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/detail/class_targets.hpp>

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

namespace {

/// Returns the shape of the class indices of a prediction: (N, d1, ...).
Shape index_shape(const Shape& prediction) {
  Shape shape{prediction[0]};
  for (std::size_t axis = 2; axis < prediction.size(); ++axis) shape.push_back(prediction[axis]);
  return shape;
}

}  // namespace

bool has_class_indices(const LossInputs& in, const Loss& loss) {
  const Shape &prediction = in.prediction.shape(), &target = in.target.shape();
  if (target == prediction) return false;
  const Shape indices = index_shape(prediction);
  if (target == indices) return true;
  throw ShapeError(format_text("{}: expected a target {} or {} for a prediction {}, got {}.", loss.name(),
                               to_string(indices), to_string(prediction), to_string(prediction), to_string(target)));
}

void check_class_indices(const LossInputs& in, const Loss& loss) {
  const Shape &prediction = in.prediction.shape(), &target = in.target.shape();
  if (const Shape indices = index_shape(prediction); target != indices)
    throw ShapeError(format_text("{}: expected class indices {} for a prediction {}, got {}.", loss.name(),
                                 to_string(indices), to_string(prediction), to_string(target)));
}

void check_distributions(const LossInputs& in, const ClassLayout& layout, bool logarithms, const Loss& loss) {
  for (std::size_t n = 0; n < layout.samples; ++n)
    for (std::size_t k = 0; k < layout.positions && in.sample_weight(n) != 0; ++k) {
      double sum = 0;
      for (std::size_t c = 0; c < layout.classes; ++c) {
        const auto t = static_cast<double>(in.target.data()[layout.offset(n, c, k)]);
        if (!logarithms && !(t >= 0 && t <= 1))
          throw ValueError(
              format_text("{}: expected target probabilities in [0, 1], got {} in row {}.", loss.name(), t, n));
        sum += logarithms ? std::exp(t) : t;
      }
      if (!(std::abs(sum - 1) <= sum_tolerance))
        throw ValueError(
            format_text("{}: expected target probabilities that sum to 1, got {} in row {}.", loss.name(), sum, n));
    }
}

void check_class_weight(const std::optional<Tensor>& weight, std::size_t classes, const Loss& loss) {
  if (weight && weight->shape() != Shape{classes})
    throw ShapeError(format_text("{}: expected options.weight ({}), one for each class, got {}.", loss.name(), classes,
                                 to_string(weight->shape())));
}

void check_weight_values(const std::optional<Tensor>& weight, const char* option, const Loss& loss) {
  if (!weight) return;
  for (std::size_t i = 0; i < weight->size(); ++i)
    if (const Real w = weight->data()[i]; !(w >= 0) || std::isinf(w))
      throw ValueError(format_text("{}: expected options.{} finite and not negative, got {} at index {}.", loss.name(),
                                   option, w, i));
}

void sum_positions(std::span<const double> positions, std::span<double> per_sample) {
  const std::size_t count = per_sample.empty() ? 0 : positions.size() / per_sample.size();
  for (std::size_t n = 0; n < per_sample.size(); ++n) {
    const auto first = positions.begin() + static_cast<std::ptrdiff_t>(n * count);
    per_sample[n] = std::accumulate(first, first + static_cast<std::ptrdiff_t>(count), 0.0);
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
