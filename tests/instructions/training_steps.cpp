// Trains a small network on one batch and prints the instruction set of the kernels. count.py runs it under callgrind.
// usage: training_steps IN HIDDEN OUT BATCH STEPS

#include <minnow/core/math/instruction_set.hpp>
#include <minnow/core/threading/threads.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/sgd.hpp>

#include <cstdio>
#include <exception>
#include <string>

int main(int argc, char** argv) try {
  using namespace minnow;
  if (argc != 6) {
    std::fprintf(stderr, "training_steps: expected IN HIDDEN OUT BATCH STEPS\n");
    return 1;
  }
  const auto argument = [&](int i) { return static_cast<std::size_t>(std::stoul(argv[i])); };
  const std::size_t in = argument(1), hidden = argument(2), out = argument(3), batch = argument(4), steps = argument(5);
  set_threads(1);
  Rng rng{1};
  Tensor inputs = zeros({batch, in}), targets = zeros({batch});
  for (Real& value : inputs.storage()) value = static_cast<Real>(rng.normal());
  for (std::size_t n = 0; n < batch; ++n) targets(n) = static_cast<Real>(n % out);

  Sequential model{Dense(in, hidden, rng), ReLU(), Dense(hidden, out, rng)};
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.01, .momentum = 0.9}};
  for (std::size_t step = 0; step < steps; ++step) {
    loss.forward(model.forward(inputs), targets);
    model.backward(loss.backward());
    sgd.step();
  }
  std::puts(kernels::instruction_set().c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "training_steps: %s\n", error.what());
  return 1;
}
