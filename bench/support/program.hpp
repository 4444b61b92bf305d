#pragma once

// What every benchmark program does: Minnow's and its peers'.

#include <bench/support/threads.hpp>

#include <string>

#include <benchmark/benchmark.h>

namespace bench {

/// Wall time: with several threads, CPU time says nothing about how long one waits.
inline void wall_time(benchmark::internal::Benchmark* b) { b->UseRealTime()->Unit(benchmark::kMicrosecond); }

/// Measures "NAME/SIZE" by run(state, arguments...), on as many threads as asked for.
template <class... Arguments>
void measure(const std::string& name, Arguments... arguments) {
  wall_time(benchmark::RegisterBenchmark(name.c_str(), arguments...));
}

inline int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace bench
