#pragma once

#include <cstdlib>

namespace bench {

/// Returns the environment variable BENCH_THREADS; 1 if it is not set.
inline int threads() {
  const char* text = std::getenv("BENCH_THREADS");
  return text == nullptr ? 1 : std::atoi(text);
}

}  // namespace bench
