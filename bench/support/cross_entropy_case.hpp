#pragma once

// The sizes, values and reports that the cross-entropy benchmarks of Minnow and its peers share.

#include <bench/support/values.hpp>

#include <benchmark/benchmark.h>

namespace bench {

inline constexpr std::int64_t cross_entropy_rows = 4096;

/// N = 4096 rows of C = 4 and 10 classes. Measures CPU time of the whole process, so that the time of all threads
/// counts.
inline void cross_entropy_few_classes(benchmark::internal::Benchmark* b) {
  b->ArgName("C")->Arg(4)->Arg(10)->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);
}
/// As above, and C = 1000 and 32000.
inline void cross_entropy_sizes(benchmark::internal::Benchmark* b) {
  cross_entropy_few_classes(b);
  b->Arg(1000)->Arg(32000);
}

/// Writes logits (N, C), uniform in [-4, 4).
inline void fill_logits(float* logits, std::size_t size) { fill_uniform(logits, size, 4); }

/// Reports the bytes that every contender moves: the logits read once and the gradient written once. Reads of cache
/// lines before a store do not count. Also reports two values that must agree among contenders: the loss and
/// sum(gradient * logits).
inline void report_cross_entropy(benchmark::State& state, double loss, const float* logits, const float* gradient,
                                 std::size_t size) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(2 * size * sizeof(float)));
  double product = 0;
  for (std::size_t i = 0; i < size; ++i) product += static_cast<double>(logits[i]) * static_cast<double>(gradient[i]);
  state.counters["check_loss"] = loss;
  state.counters["check_gradient"] = product;
}

}  // namespace bench
