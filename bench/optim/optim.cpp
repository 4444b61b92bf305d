// One step of each optimizer over 4 Mi parameters, and the bound: a copy of the same number of bytes.

#include <minnow/optim/adam.hpp>
#include <minnow/optim/adamw.hpp>
#include <minnow/optim/sgd.hpp>

#include <bench/support/copy.hpp>
#include <bench/support/program.hpp>
#include <bench/support/values.hpp>

namespace {

constexpr std::size_t size = std::size_t{1} << 22;

template <class Optimizer, class Options>
void step(benchmark::State& state, const Options& options) {
  minnow::Parameter parameter({size});
  bench::fill_uniform(parameter.value.data(), size, 1);
  minnow::FixedTensor& gradient = parameter.grad_target().grad;
  bench::fill_uniform(gradient.data(), size, 1, 1);
  Optimizer optimizer{{{"weight", parameter}}, options};
  optimizer.step();
  for (auto _ : state) {
    parameter.grad_target();  // marks the gradient as written, so that the step uses it
    optimizer.step();
    benchmark::ClobberMemory();
  }
}

/// `passes`: number of arrays that a step reads plus number of arrays that it writes.
void copy(benchmark::State& state, int passes) { bench::copy(state, static_cast<std::size_t>(passes) * size / 2); }

template <class Optimizer, class Options>
void add(const std::string& name, const Options& options, int passes) {
  bench::measure("optim/minnow/" + name, step<Optimizer, Options>, options);
  bench::measure("optim/copy/" + name, copy, passes);
}

const bool registered = [] {
  add<minnow::SGD>("SGD", minnow::SGDOptions{.learning_rate = 1e-6}, 3);
  add<minnow::SGD>("SGD,momentum", minnow::SGDOptions{.learning_rate = 1e-6, .momentum = 0.9}, 5);
  add<minnow::Adam>("Adam", minnow::AdamOptions{.learning_rate = 1e-6}, 7);
  add<minnow::AdamW>("AdamW", minnow::AdamWOptions{.learning_rate = 1e-6}, 7);
  return true;
}();

}  // namespace
