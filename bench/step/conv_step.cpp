// A training step of a convolutional net, written like the README's example.

#include <minnow/core/threading/denormals.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/optim/sgd.hpp>

#include <bench/support/conv_model.hpp>
#include <bench/support/program.hpp>

namespace {

void step(benchmark::State& state, const bench::ConvNet& net) {
  const minnow::FlushDenormals flush;
  auto model = bench::make_model(net);
  const auto x = bench::make_inputs(net), labels = bench::make_targets(net);
  minnow::CrossEntropyLoss loss;
  minnow::SGD sgd{model.parameters(), {.learning_rate = bench::learning_rate, .momentum = bench::momentum}};
  const auto train = [&] {
    const double value = loss.forward(model.forward(x), labels);
    model.backward(loss.backward());
    sgd.step();
    return value;
  };
  for (int i = 0; i < bench::first_steps; ++i) state.counters["check_loss"] = train();
  for (auto _ : state) benchmark::DoNotOptimize(train());
}

const bool registered = [] {
  for (const auto& net : bench::conv_nets()) bench::measure("conv_step/minnow/" + net.name(), step, net);
  return true;
}();

}  // namespace
