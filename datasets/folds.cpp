#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/detail/target_classes.hpp>
#include <minnow/datasets/folds.hpp>

#include <numeric>

namespace minnow::inline MINNOW_PRECISION {
namespace {

void check_class_sizes(const TargetClasses& classes, std::size_t k) {
  for (std::size_t c = 0; c < classes.counts.size(); ++c)
    if (classes.counts[c] < k)
      throw ValueError(
          format_text("k_folds: expected at least {} samples of each class, got {} of class {} (target {}). Use fewer "
                      "folds, or do not stratify.",
                      k, classes.counts[c], c, classes.target[c].empty() ? Real(0) : classes.target[c][0]));
}

/// Returns the samples class after class; those of a class keep their order.
std::vector<std::size_t> sorted_by_class(const std::vector<std::size_t>& order, const TargetClasses& classes) {
  std::vector<std::size_t> next(classes.counts.size()), sorted(order.size());
  for (std::size_t c = 1; c < next.size(); ++c) next[c] = next[c - 1] + classes.counts[c - 1];
  for (const std::size_t sample : order) sorted[next[classes.of_sample[sample]]++] = sample;
  return sorted;
}

}  // namespace

std::vector<Fold> k_folds(const Dataset& dataset, std::size_t k, Rng rng, const SplitOptions& options) {
  const std::size_t size = dataset.size();
  if (k < 2 || k > size)
    throw ValueError(format_text("k_folds: expected 2 to {} folds of {} samples, got {}.", size, size, k));
  std::vector<std::size_t> order(size), test(size);
  std::iota(order.begin(), order.end(), 0);
  rng.shuffle(order);
  if (options.stratified) {
    const TargetClasses classes = target_classes(dataset, "k_folds");
    check_class_sizes(classes, k);
    order = sorted_by_class(order, classes);
  }
  // Dealt out in turn, class after class: the sizes differ by at most one, in total and in each class.
  for (std::size_t i = 0; i < size; ++i) test[order[i]] = i % k;
  std::vector<Fold> folds(k);
  for (std::size_t sample = 0; sample < size; ++sample)
    for (std::size_t f = 0; f < k; ++f) (f == test[sample] ? folds[f].test : folds[f].train).push_back(sample);
  return folds;
}

}  // namespace minnow::inline MINNOW_PRECISION
