// Memory bandwidth of one thread: the upper limit for code that is bound by memory. Only the bytes that the program
// reads and writes count. An ordinary store also reads its cache line, which does not count.

#include <bench/support/copy.hpp>

#include <cstring>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace {

constexpr std::size_t large = std::size_t{1} << 26;  // floats: 256 MiB per array, more than any last-level cache

void set_bytes(benchmark::State& state, std::size_t arrays, std::size_t n) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(arrays * n * sizeof(float)));
}

/// Reads with the C library's memchr, which uses the CPU's widest loads. The array does not contain the byte.
void read(benchmark::State& state) {
  const std::vector<float> a(large, 1);
  for (auto _ : state) benchmark::DoNotOptimize(std::memchr(a.data(), 7, large * sizeof(float)));
  set_bytes(state, 1, large);
}

void copy(benchmark::State& state) { bench::copy(state, large); }

void triad(benchmark::State& state) {
  const std::vector<float> b(large, 1), c(large, 2);
  std::vector<float> a(large);
  for (auto _ : state) {
    for (std::size_t i = 0; i < large; ++i) a[i] = b[i] + 3 * c[i];
    benchmark::DoNotOptimize(a.data());
    benchmark::ClobberMemory();
  }
  set_bytes(state, 3, large);
}

void options(benchmark::internal::Benchmark* b) { b->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond); }

BENCHMARK(read)->Name("bandwidth/read")->Apply(options);
BENCHMARK(copy)->Name("bandwidth/copy")->Apply(options);
BENCHMARK(triad)->Name("bandwidth/triad")->Apply(options);

#ifdef __SSE2__
/// Streaming stores bypass the cache and do not read the cache lines that they overwrite.
void copy_streaming(benchmark::State& state) {
  const std::vector<float> a(large, 1);
  std::vector<float> b(large);
  for (auto _ : state) {
    for (std::size_t i = 0; i < large; i += 4) _mm_stream_ps(b.data() + i, _mm_loadu_ps(a.data() + i));
    _mm_sfence();
    benchmark::DoNotOptimize(b.data());
    benchmark::ClobberMemory();
  }
  set_bytes(state, 2, large);
}
BENCHMARK(copy_streaming)->Name("bandwidth/copy_streaming")->Apply(options);
#endif

}  // namespace
