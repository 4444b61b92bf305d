#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

namespace detail {
using RunRange = void (*)(const void* body, std::size_t begin, std::size_t end);
MINNOW_API void parallel_for(std::size_t n, std::size_t piece, const void* body, RunRange run);
}  // namespace detail

/// Calls body(begin, end) for ranges that together cover [0, n), on up to num_threads() threads. Ranges begin at
/// multiples of `piece`, which should be some microseconds of work: with no more than one piece, or while another
/// thread's loop runs, the caller does everything itself, and it waits for no thread that comes late. The body must not
/// throw. Denormals are flushed, or not, as on the calling thread. Allocates nothing after the first loop.
///
/// The threads are OpenMP's where OpenBLAS is its OpenMP build, so that both share one pool; otherwise they are
/// Minnow's own, and OpenBLAS keeps to one thread while they run.
template <class Body>
void parallel_for(std::size_t n, std::size_t piece, const Body& body) {
  if (n <= piece) {
    if (n > 0) body(std::size_t{0}, n);
    return;
  }
  detail::parallel_for(n, piece, &body, [](const void* b, std::size_t begin, std::size_t end) {
    (*static_cast<const Body*>(b))(begin, end);
  });
}

/// A piece for loops that do little more than read and write each element.
inline constexpr std::size_t light_grain = 1 << 15;

}  // namespace minnow::inline MINNOW_PRECISION
