#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include <benchmark/benchmark.h>

namespace bench {

/// Measures a copy of n floats: n reads and n writes.
inline void copy(benchmark::State& state, std::size_t n) {
  const std::vector<float> a(n, 1);
  std::vector<float> b(n);
  for (auto _ : state) {
    std::memcpy(b.data(), a.data(), n * sizeof(float));
    benchmark::DoNotOptimize(b.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(2 * n * sizeof(float)));
}

}  // namespace bench
