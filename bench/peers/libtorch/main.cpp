// Environment: ATEN_CPU_CAPABILITY sets LibTorch's instruction set (default, avx2, avx512). OPENBLAS_NUM_THREADS and
// OMP_NUM_THREADS set the number of threads of the products.

#include <bench/support/program.hpp>

#include <ATen/Parallel.h>
#include <torch/version.h>

int main(int argc, char** argv) {
  at::set_num_threads(bench::threads());
  benchmark::AddCustomContext("LibTorch", TORCH_VERSION);
  return bench::run(argc, argv);
}
