#pragma once

#include <minnow/core/threading/detail/cpu_quota.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Calls body(i) for every i in [0, count) on all available CPUs, in no particular order. If bodies throw, rethrows the
/// first exception after all threads have stopped.
template <class Body>
void run_concurrently(std::size_t count, const Body& body) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr error;
  std::mutex mutex;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) body(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
      next = count;
    }
  };
  {
    std::vector<std::jthread> threads;
    try {
      const auto cpus = static_cast<std::size_t>(available_cpus());
      for (std::size_t t = 1; t < std::min(count, cpus); ++t) threads.emplace_back(work);
    } catch (const std::system_error&) {  // the system refuses another thread: continue with fewer
    }
    work();
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace minnow::inline MINNOW_PRECISION
