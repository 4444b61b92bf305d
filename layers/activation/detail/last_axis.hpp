#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/core/threading/parallel_for.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Calls body(index of the first element, number of rows) for ranges of rows along the last axis, on all threads.
template <class Body>
void for_last_axis(const Tensor& tensor, const Body& body) {
  if (tensor.size() == 0) return;
  const std::size_t cols = tensor.shape().back();
  const std::size_t grain_size = std::max<std::size_t>(light_grain / 4 / cols, 1);
  minnow::parallel_for(tensor.size() / cols, grain_size,
                       [&](std::size_t begin, std::size_t end) { body(begin * cols, end - begin); });
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
