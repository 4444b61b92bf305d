#pragma once

// What Minnow's cross-entropy and its peers' have in common: the sizes, the numbers, and what is reported.

#include <bench/support/numbers.hpp>

#include <benchmark/benchmark.h>

namespace bench {

inline constexpr std::int64_t cross_entropy_rows = 4096;

/// N = 4096 rows of C = 4 and 10 classes. CPU time of the whole process: a second thread would be charged.
inline void cross_entropy_few_classes(benchmark::internal::Benchmark* b) {
  b->ArgName("C")->Arg(4)->Arg(10)->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);
}
/// The same, and C = 1000 and 32000.
inline void cross_entropy_sizes(benchmark::internal::Benchmark* b) {
  cross_entropy_few_classes(b);
  b->Arg(1000)->Arg(32000);
}

/// logits uniform in [-4, 4): (N, C).
inline void fill_logits(float* logits, std::size_t size) { fill_uniform(logits, size, 4); }

/// The bytes that must move: the logits read once, the gradient written once, without what the cache reads of a line
/// that is about to be written. And two numbers in which all contenders must agree: the loss and sum(gradient *
/// logits).
inline void report_cross_entropy(benchmark::State& state, double loss, const float* logits, const float* gradient,
                                 std::size_t size) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(2 * size * sizeof(float)));
  double product = 0;
  for (std::size_t i = 0; i < size; ++i) product += static_cast<double>(logits[i]) * static_cast<double>(gradient[i]);
  state.counters["check_loss"] = loss;
  state.counters["check_gradient"] = product;
}

}  // namespace bench
