#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/datasets/detail/target_classes.hpp>
#include <minnow/datasets/weighted_sampler.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

double balanced_weight(std::size_t samples, std::size_t classes, std::size_t count) {
  return static_cast<double>(samples) / (static_cast<double>(classes) * static_cast<double>(count));
}

}  // namespace

std::vector<double> balanced_sample_weights(const Dataset& dataset) {
  const TargetClasses classes = target_classes(dataset, "balanced_sample_weights");
  std::vector<double> weights;
  weights.reserve(classes.of_sample.size());
  for (const std::size_t c : classes.of_sample)
    weights.push_back(balanced_weight(classes.of_sample.size(), classes.counts.size(), classes.counts[c]));
  return weights;
}

Tensor balanced_class_weights(const Dataset& dataset, std::size_t classes) {
  constexpr const char* who = "balanced_class_weights";
  if (!dataset.target_shape().empty())
    throw ShapeError(format_text("{}: expected class indices (N), got targets of shape {}.", who,
                                 to_string(dataset.target_shape())));
  const TargetClasses found = target_classes(dataset, who);
  std::vector<std::size_t> counts(classes);
  for (std::size_t i = 0; i < found.counts.size(); ++i)
    counts[class_index(static_cast<double>(found.target[i][0]), classes, i, who)] = found.counts[i];
  Tensor weights = zeros({classes});
  for (std::size_t c = 0; c < classes; ++c) {
    if (counts[c] == 0)
      throw ValueError(
          format_text("{}: expected samples of each of {} classes, got none of class {}.", who, classes, c));
    weights(c) = static_cast<Real>(balanced_weight(dataset.size(), classes, counts[c]));
  }
  return weights;
}

}  // namespace minnow::inline MINNOW_PRECISION
