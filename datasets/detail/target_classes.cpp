#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/detail/chunks.hpp>
#include <minnow/datasets/detail/target_classes.hpp>

#include <cmath>
#include <map>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

TargetClasses target_classes(const Dataset& dataset, const char* who) {
  std::map<std::vector<Real>, std::vector<std::size_t>> members;
  for_each_chunk(dataset, [&](const Batch& batch, std::size_t first) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const std::span<const Real> target = batch.target(i);
      for (const Real value : target)
        if (!std::isfinite(value))
          throw ValueError(format_text("{}: expected finite targets, got {} in sample {}.", who, value, first + i));
      members[{target.begin(), target.end()}].push_back(first + i);
    }
  });
  TargetClasses classes{std::vector<std::size_t>(dataset.size()), {}, {}};
  for (const auto& [target, samples] : members) {
    for (const std::size_t sample : samples) classes.of_sample[sample] = classes.counts.size();
    classes.counts.push_back(samples.size());
    classes.target.push_back(target);
  }
  return classes;
}

}  // namespace minnow::inline MINNOW_PRECISION
