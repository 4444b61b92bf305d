// A training step, written like the README's example, and its bound: its matrix products alone.

#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/optim/adam.hpp>
#include <minnow/optim/adamw.hpp>
#include <minnow/optim/sgd.hpp>

#include <bench/support/model.hpp>
#include <bench/support/products.hpp>
#include <bench/support/program.hpp>

namespace {

template <class Optimizer, class Options>
double step(benchmark::State& state, const bench::Net& net, const Options& options) {
  auto model = bench::make_model(net);
  const auto x = bench::make_inputs(net), labels = bench::make_targets(net);
  minnow::CrossEntropyLoss loss;
  Optimizer optimizer{model.parameters(), options};
  const auto train = [&] {
    const double value = loss.forward(model.forward(x), labels);
    model.backward(loss.backward());
    optimizer.step();
    return value;
  };
  double value = 0;
  for (int i = 0; i < bench::first_steps; ++i) value = train();
  for (auto _ : state) benchmark::DoNotOptimize(train());
  return value;
}

void sgd(benchmark::State& state, const bench::Net& net) {
  const minnow::SGDOptions options{.learning_rate = bench::learning_rate, .momentum = bench::momentum};
  state.counters["check_loss"] = step<minnow::SGD>(state, net, options);
}

void adam(benchmark::State& state, const bench::Net& net) {
  step<minnow::Adam>(state, net, minnow::AdamOptions{.learning_rate = bench::learning_rate});
}

void adamw(benchmark::State& state, const bench::Net& net) {
  step<minnow::AdamW>(state, net, minnow::AdamWOptions{.learning_rate = bench::learning_rate});
}

void products(benchmark::State& state, const bench::Net& net, bench::Layout layout) {
  bench::Products products(net, layout);
  products.forward();
  products.backward();
  for (auto _ : state) {
    products.forward();
    products.backward();
    benchmark::ClobberMemory();
  }
}

const bool registered = [] {
  for (const auto& net : bench::nets()) {
    bench::measure("step/minnow/" + net.name(), sgd, net);
    bench::measure("step/minnow_adam/" + net.name(), adam, net);
    bench::measure("step/minnow_adamw/" + net.name(), adamw, net);
    bench::measure("step/products/" + net.name(), products, net, bench::Layout::out_in);
    bench::measure("step/products_in_out/" + net.name(), products, net, bench::Layout::in_out);
  }
  return true;
}();

}  // namespace
