#include <minnow/core/math/instruction_set.hpp>
#include <minnow/core/threading/threads.hpp>
#include <minnow/core/version.hpp>

#include <bench/support/program.hpp>

#include <cblas.h>

int main(int argc, char** argv) {
  minnow::set_threads(bench::threads());
  if (const char* name = std::getenv("BENCH_INSTRUCTION_SET")) minnow::kernels::force_instruction_set(name);
  benchmark::AddCustomContext("Minnow", minnow::version() + ", " + minnow::kernels::instruction_set());
  benchmark::AddCustomContext("OpenBLAS", openblas_get_config());
  benchmark::AddCustomContext("compiler", __VERSION__);
  return bench::run(argc, argv);
}
