#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/threading/parallel_for.hpp>

#include <atomic>
#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

/// Returns memory of at least n elements, aligned for vectors, that the calling thread may use until its next call. The
/// elements have any value. Each thread has one such memory, which grows, so that passes share it and allocate nothing
/// once they have seen their largest input. A caller that needs memory on several threads divides its own.
Real* scratch_memory(std::size_t n);

/// Calls body(worker, item) for each item, on up to `workers` threads. No two threads have the same worker at a time.
template <class Body>
void for_each_item(std::size_t items, std::size_t workers, const Body& body) {
  std::atomic<std::size_t> next{0};
  parallel_for(workers, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t worker = begin; worker < end; ++worker)
      for (std::size_t item; (item = next.fetch_add(1, std::memory_order_relaxed)) < items;) body(worker, item);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
