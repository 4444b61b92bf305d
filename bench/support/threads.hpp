#pragma once

#include <cstdlib>

namespace bench {

/// BENCH_THREADS in the environment; 1 unless set.
inline int threads() {
  const char* text = std::getenv("BENCH_THREADS");
  return text == nullptr ? 1 : std::atoi(text);
}

}  // namespace bench
