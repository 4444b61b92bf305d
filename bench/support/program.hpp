#pragma once

// Functions that Minnow's benchmark program and the peers' programs share.

#include <bench/support/threads.hpp>

#include <string>

#include <benchmark/benchmark.h>

namespace bench {

/// Selects wall time, because CPU time adds up the times of all threads.
inline void wall_time(benchmark::internal::Benchmark* b) { b->UseRealTime()->Unit(benchmark::kMicrosecond); }

/// Registers the benchmark `name`, such as WHAT/WHO/SIZE. The first argument is a function of (state, other
/// arguments...).
template <class... Arguments>
void measure(const std::string& name, Arguments... arguments) {
  wall_time(benchmark::RegisterBenchmark(name.c_str(), arguments...));
}

/// Runs the registered benchmarks. Returns the exit status of the program.
inline int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace bench
