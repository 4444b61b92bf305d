// Samples per second: loaded from memory into batches, and drawn.

#include <minnow/datasets/animals/animals.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <bench/support/program.hpp>

namespace {

constexpr std::size_t samples = 8192, width = 784;

void set_samples(benchmark::State& state, std::size_t count) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}

/// Loads one shuffled epoch in batches of 64.
void load(benchmark::State& state, bool prefetch) {
  const minnow::TensorDataset dataset(minnow::zeros({samples, width}), minnow::zeros({samples}));
  minnow::DataLoader loader(dataset, {.batch_size = 64, .shuffle = minnow::Rng{1}, .prefetch = prefetch});
  for (auto _ : state)
    for (const minnow::Batch& batch : loader) benchmark::DoNotOptimize(batch.inputs.data());
  set_samples(state, samples);
}

/// Draws images of animals on all cores, whatever BENCH_THREADS is.
void draw(benchmark::State& state) {
  const minnow::datasets::AnimalsOptions options{.size = 32, .train = 1000, .test = 24};
  for (auto _ : state) benchmark::DoNotOptimize(minnow::datasets::animals(options, minnow::Rng{1}).train.size());
  set_samples(state, options.train + options.test);
}

const bool registered = [] {
  bench::measure("datasets/minnow/TensorDataset", load, false);
  bench::measure("datasets/minnow_prefetch/TensorDataset", load, true);
  bench::measure("datasets/minnow/animals", draw);
  return true;
}();

}  // namespace
