// How LibTorch runs here: on one thread; ATEN_CPU_CAPABILITY in the environment chooses its instructions (default,
// avx2, avx512).

#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <torch/version.h>

namespace {

const bool ready = [] {
  at::set_num_threads(1);
  benchmark::AddCustomContext("LibTorch", TORCH_VERSION);
  return true;
}();

}  // namespace
