#include <minnow/losses/cross_entropy_loss.hpp>

#include <bench/support/copy.hpp>
#include <bench/support/cross_entropy_case.hpp>

namespace {

void cross_entropy(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(bench::cross_entropy_rows);
  const auto classes = static_cast<std::size_t>(state.range(0));
  minnow::Tensor logits, labels;  // (N, C), (N)
  minnow::resize(logits, {rows, classes});
  minnow::resize(labels, {rows});
  bench::fill_logits(logits.data(), logits.size());
  bench::fill_labels(labels.data(), labels.size(), state.range(0));

  minnow::CrossEntropyLoss loss;
  double value = loss.forward(logits, labels);  // allocates the gradient
  for (auto _ : state) {
    value = loss.forward(logits, labels);
    benchmark::DoNotOptimize(loss.backward().data());
    benchmark::ClobberMemory();
  }
  bench::report_cross_entropy(state, value, logits.data(), loss.backward().data(), logits.size());
}
BENCHMARK(cross_entropy)->Name("cross_entropy/minnow")->Apply(bench::cross_entropy_sizes);

/// The bound: copies the same number of bytes, without arithmetic.
void copy(benchmark::State& state) {
  bench::copy(state, static_cast<std::size_t>(bench::cross_entropy_rows * state.range(0)));
}
BENCHMARK(copy)->Name("cross_entropy/copy")->Apply(bench::cross_entropy_sizes);

}  // namespace
