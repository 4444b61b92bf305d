#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

Layer::~Layer() = default;  // out of line: the library owns the vtable

std::vector<NamedTensor> Layer::parameters() & {
  std::vector<NamedTensor> entries = state();
  std::erase_if(entries, [](const NamedTensor& entry) { return entry.parameter == nullptr; });
  return entries;
}

std::size_t Layer::num_parameters() {
  std::size_t total = 0;
  for (const NamedTensor& entry : parameters()) total += entry.value->size();
  return total;
}

}  // namespace minnow::inline MINNOW_PRECISION
