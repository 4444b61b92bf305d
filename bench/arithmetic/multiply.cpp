// The arithmetic limit: independent multiplications and additions in registers, with the instruction set that Minnow's
// kernels use.

#include <minnow/core/math/instruction_set.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/core/threading/threads.hpp>

#include <bench/support/program.hpp>

#ifdef __x86_64__
#include <immintrin.h>

namespace {

constexpr int chains = 12;  // more than latency times units of today's CPUs, fewer than the registers of AVX2
constexpr std::int64_t steps = 1 << 16;

// Each function computes `chains` sums of products of vectors, `steps` times.

[[gnu::target("avx512f")]] void avx512() {
  __m512 sum[chains];
  const __m512 factor = _mm512_set1_ps(0.5F), term = _mm512_set1_ps(1);
  for (auto& one : sum) one = term;
  for (std::int64_t step = 0; step < steps; ++step)
#pragma GCC unroll 12
    for (auto& one : sum) one = _mm512_fmadd_ps(one, factor, term);
  for (auto& one : sum) benchmark::DoNotOptimize(one);
}

[[gnu::target("avx2,fma")]] void avx2() {
  __m256 sum[chains];
  const __m256 factor = _mm256_set1_ps(0.5F), term = _mm256_set1_ps(1);
  for (auto& one : sum) one = term;
  for (std::int64_t step = 0; step < steps; ++step)
#pragma GCC unroll 12
    for (auto& one : sum) one = _mm256_fmadd_ps(one, factor, term);
  for (auto& one : sum) benchmark::DoNotOptimize(one);
}

void baseline() {
  __m128 sum[chains];
  const __m128 factor = _mm_set1_ps(0.5F), term = _mm_set1_ps(1);
  for (auto& one : sum) one = term;
  for (std::int64_t step = 0; step < steps; ++step)
#pragma GCC unroll 12
    for (auto& one : sum) one = _mm_add_ps(_mm_mul_ps(one, factor), term);
  for (auto& one : sum) benchmark::DoNotOptimize(one);
}

void multiply_alone(benchmark::State& state) {
  const std::string set = minnow::kernels::instruction_set();
  const bool widest = set.substr(0, 4) == "AVX3", wide = set == "AVX2";
  const std::int64_t lanes = widest ? 16 : wide ? 8 : 4, threads = minnow::num_threads();
  for (auto _ : state)
    minnow::parallel_for(static_cast<std::size_t>(8 * threads), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) widest ? avx512() : wide ? avx2() : baseline();
    });
  state.SetItemsProcessed(state.iterations() * 8 * threads * steps * chains * lanes * 2);
}
BENCHMARK(multiply_alone)->Name("arithmetic/multiply")->Apply(bench::wall_time);

}  // namespace
#endif
