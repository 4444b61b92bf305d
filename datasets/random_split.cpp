#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/detail/target_classes.hpp>
#include <minnow/datasets/random_split.hpp>

#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using Indices = std::vector<std::size_t>;

/// Returns how many samples of each class the part has. The counts of the first c classes add up to their share of the
/// samples, rounded, for every c.
Indices quotas(Indices counts, double fraction) {
  std::size_t samples = 0, chosen = 0;
  for (std::size_t& count : counts) {
    samples += count;
    const auto total = static_cast<std::size_t>(std::round(fraction * static_cast<double>(samples)));
    count = total - chosen;
    chosen = total;
  }
  return counts;
}

/// Returns the indices of {part, rest}.
std::pair<Indices, Indices> split_indices(const Dataset& dataset, double fraction, Rng rng,
                                          const SplitOptions& options) {
  const std::size_t size = dataset.size();
  const double wanted = std::round(fraction * static_cast<double>(size));
  if (!(wanted >= 1 && wanted <= static_cast<double>(size) - 1))
    throw ValueError(
        format_text("random_split: expected a fraction that leaves at least one of {} samples in each part, got {}.",
                    size, fraction));
  const TargetClasses classes =
      options.stratified ? target_classes(dataset, "random_split") : TargetClasses{Indices(size), {size}, {}};
  Indices left = quotas(classes.counts, fraction), order(size), part, rest;
  std::iota(order.begin(), order.end(), 0);
  rng.shuffle(order);
  for (const std::size_t index : order) {
    std::size_t& quota = left[classes.of_sample[index]];
    (quota > 0 ? part : rest).push_back(index);
    if (quota > 0) --quota;
  }
  return {std::move(part), std::move(rest)};
}

}  // namespace

std::pair<Subset, Subset> random_split(const Dataset& dataset, double fraction, Rng rng, const SplitOptions& options) {
  auto [part, rest] = split_indices(dataset, fraction, std::move(rng), options);
  return {Subset(dataset, std::move(part)), Subset(dataset, std::move(rest))};
}

std::pair<TensorDataset, TensorDataset> random_split(const TensorDataset& dataset, double fraction, Rng rng,
                                                     const SplitOptions& options) {
  const auto [part, rest] = split_indices(dataset, fraction, std::move(rng), options);
  return {dataset.subset(part), dataset.subset(rest)};
}

}  // namespace minnow::inline MINNOW_PRECISION
