#include <minnow/core/kernels.hpp>
#include <minnow/core/threads.hpp>
#include <minnow/core/version.hpp>

#include <benchmark/benchmark.h>

int main(int argc, char** argv) {
  minnow::set_threads(1);
  benchmark::AddCustomContext("Minnow", minnow::version() + ", " + minnow::kernels::instruction_set());
  benchmark::AddCustomContext("compiler", __VERSION__);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
