#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/subset.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION {

Subset::Subset(const Dataset& dataset, std::vector<std::size_t> indices)
    : dataset_(&dataset), indices_(std::move(indices)) {
  const std::size_t size = dataset.size();
  for (const std::size_t index : indices_)
    if (index >= size) throw ValueError(format_text("Subset: expected indices below {}, got {}.", size, index));
}

void Subset::read(std::span<const std::size_t> indices, Batch& batch) const {
  // Each thread keeps its buffers, one for each level of a subset of a subset, so that reading a batch allocates
  // nothing.
  thread_local std::vector<std::vector<std::size_t>> spare;
  std::vector<std::size_t> selected;
  if (!spare.empty()) {
    selected = std::move(spare.back());
    spare.pop_back();
  }
  selected.clear();
  for (const std::size_t index : indices) selected.push_back(indices_[index]);
  dataset_->read(selected, batch);
  spare.push_back(std::move(selected));
}

}  // namespace minnow::inline MINNOW_PRECISION
