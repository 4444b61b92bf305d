#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

namespace detail {
using RunRange = void (*)(const void* body, std::size_t begin, std::size_t end);
MINNOW_API void parallel_for(std::size_t n, std::size_t grain_size, const void* body, RunRange run);
}  // namespace detail

/// Calls body(begin, end) for ranges that together cover [0, n), on up to num_threads() threads. Ranges begin at
/// multiples of `grain_size`; a grain should take a few microseconds. The caller runs the whole loop itself if n is at
/// most grain_size, or while a loop of another thread runs. The body must not throw. Denormals are flushed to zero if
/// the calling thread flushes them. Allocates nothing after the first loop.
///
/// The threads are OpenMP's if OpenBLAS is its OpenMP build, so that both share one pool. Otherwise they are Minnow's
/// own, and OpenBLAS uses one thread while they run.
template <class Body>
void parallel_for(std::size_t n, std::size_t grain_size, const Body& body) {
  if (n <= grain_size) {
    if (n > 0) body(std::size_t{0}, n);
    return;
  }
  detail::parallel_for(n, grain_size, &body, [](const void* b, std::size_t begin, std::size_t end) {
    (*static_cast<const Body*>(b))(begin, end);
  });
}

/// The grain size, in elements, of loops that do little more than read and write each element.
inline constexpr std::size_t light_grain = 1 << 15;

}  // namespace minnow::inline MINNOW_PRECISION
