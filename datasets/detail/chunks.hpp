#pragma once

#include <minnow/datasets/dataset.hpp>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Reads all samples in order, a few MiB at a time, and calls body(batch, first) for each batch; `first` is the index
/// of its first sample.
template <class Body>
void for_each_chunk(const Dataset& dataset, Body body) {
  constexpr std::size_t elements = std::size_t{1} << 18;
  const std::size_t row = std::max<std::size_t>(num_elements(dataset.input_shape()), 1);
  const std::size_t count = std::max<std::size_t>(elements / row, 1);
  std::vector<std::size_t> indices;
  Batch batch;
  for (std::size_t first = 0; first < dataset.size(); first += count) {
    indices.resize(std::min(count, dataset.size() - first));
    std::iota(indices.begin(), indices.end(), first);
    resize(batch, dataset, indices.size());
    dataset.read(indices, batch);
    body(std::as_const(batch), first);
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
