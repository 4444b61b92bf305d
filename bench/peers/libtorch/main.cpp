// ATEN_CPU_CAPABILITY in the environment chooses LibTorch's instructions (default, avx2, avx512), OPENBLAS_NUM_THREADS
// and OMP_NUM_THREADS how many threads the products take.

#include <bench/support/program.hpp>

#include <ATen/Parallel.h>
#include <torch/version.h>

int main(int argc, char** argv) {
  at::set_num_threads(bench::threads());
  benchmark::AddCustomContext("LibTorch", TORCH_VERSION);
  return bench::run(argc, argv);
}
