// The first programs of the tutorials of PyTorch and Keras, for two classes and for four, give the same results here.

#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/sigmoid.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/losses/bce_loss.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/sgd.hpp>
#include <minnow/training/metrics.hpp>

#include <tests/support/fixture.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

struct Program {
  Json all = read_fixture("reproduced_programs.json"), fixture;
  TensorDataset data;

  explicit Program(const std::string& name) : fixture(find(name)), data(tensor("x", all), tensor("target", fixture)) {}

  Json find(const std::string& name) const {
    for (const Json& program : all.at("programs"))
      if (program.at("program") == name) return program;
    throw std::runtime_error("no program " + name);
  }
  static Tensor tensor(const std::string& name, const Json& from) { return fixture_tensor(from.at(name)); }

  void start(Sequential& model) const {
    for (const NamedTensor& entry : model.state()) *entry.value = tensor(entry.name, fixture.at("start"));
  }
};

/// Trains as the program does, and compares the loss and accuracy of each epoch and the final weights.
void reproduce(const std::string& name, Sequential model, Loss& loss, const Metric& metric) {
  const Program program(name);
  program.start(model);
  SGD sgd(model.parameters(), {.learning_rate = 0.01});
  DataLoader loader(program.data, {.batch_size = program.fixture.at("batch_size")});
  const auto losses = fixture_numbers(program.fixture.at("losses"));
  const auto accuracies = fixture_numbers(program.fixture.at("accuracies"));
  const auto samples = static_cast<double>(program.data.size());
  double worst_loss = 0, worst_weight = 0;
  for (std::size_t epoch = 0; epoch < losses.size(); ++epoch) {
    double total = 0;
    Metric accuracy = metric;
    for (const Batch& batch : loader) {
      const Tensor& y = model.forward(batch.inputs);
      total += loss.forward(y, batch.targets) * static_cast<double>(batch.size());
      accuracy.add(y, batch.targets);
      model.backward(loss.backward());
      sgd.step();
    }
    worst_loss = std::max(worst_loss, std::abs(total / samples - losses[epoch]) / losses[epoch]);
    EXPECT_DOUBLE_EQ(accuracy.value(), accuracies[epoch]) << "epoch " << epoch;
  }
  for (const NamedTensor& entry : model.state())
    worst_weight = std::max(worst_weight, error(entry.value->tensor(), program.fixture.at("end").at(entry.name)));
  EXPECT_LE(worst_loss, tolerance);
  EXPECT_LE(worst_weight, tolerance);
  record_error("loss", worst_loss);
  record_error("weights", worst_weight);
}

const Metric probabilities_of_two = metrics::binary_accuracy({.threshold = 0.5});

TEST(ReproducedPrograms, PyTorchBinary) {
  Rng rng{1};
  BCELoss loss;
  reproduce("PyTorch, binary", Sequential{Dense(10, 20, rng), ReLU(), Dense(20, 1, rng), Sigmoid()}, loss,
            probabilities_of_two);
}

TEST(ReproducedPrograms, KerasBinary) {
  Rng rng{1};
  BCELoss loss;
  reproduce("Keras, binary", Sequential{Dense(10, 20, rng), ReLU(), Dense(20, 1, rng), Sigmoid()}, loss,
            probabilities_of_two);
}

TEST(ReproducedPrograms, PyTorchClasses) {
  Rng rng{1};
  CrossEntropyLoss loss;
  reproduce("PyTorch, classes", Sequential{Dense(10, 20, rng), ReLU(), Dense(20, 4, rng)}, loss, metrics::accuracy());
}

// The Keras model ends in a softmax, whose logarithm its loss computes; here the input of the loss is the logits.
TEST(ReproducedPrograms, KerasClasses) {
  Rng rng{1};
  CrossEntropyLoss loss;
  reproduce("Keras, classes", Sequential{Dense(10, 20, rng), ReLU(), Dense(20, 4, rng)}, loss, metrics::accuracy());
}

}  // namespace
}  // namespace minnow
