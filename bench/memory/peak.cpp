// Prints the peak memory of its own process, which trains one net.

#include <minnow/core/threading/threads.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/optim/sgd.hpp>

#include <bench/support/conv_model.hpp>
#include <bench/support/model.hpp>
#include <bench/support/peak_memory.hpp>
#include <bench/support/threads.hpp>

int main(int argc, char** argv) {
  minnow::set_threads(bench::threads());
  return bench::peak_program("Minnow", argc, argv, [](const auto& net) {
    auto model = bench::make_model(net);
    const auto x = bench::make_inputs(net), labels = bench::make_targets(net);
    minnow::CrossEntropyLoss loss;
    minnow::SGD sgd{model.parameters(), {.learning_rate = bench::learning_rate, .momentum = bench::momentum}};
    for (int i = 0; i < bench::peak_steps; ++i) {
      loss.forward(model.forward(x), labels);
      model.backward(loss.backward());
      sgd.step();
    }
  });
}
