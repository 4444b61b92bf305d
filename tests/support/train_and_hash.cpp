// Trains a small model and prints a hash of its parameters and losses: train_and_hash THREADS PREFETCH SEED

#include <minnow/minnow.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace minnow;

int main(int argc, char** argv) {
  if (argc != 4) return 1;
  set_threads(std::atoi(argv[1]));
  Rng rng{std::strtoull(argv[3], nullptr, 10)};
  const auto [train, test] = datasets::animals({.size = 32, .train = 300, .test = 100}, rng.split());
  Sequential model{Flatten(), Dense(3072, 256, rng), ReLU(), Dense(256, 64, rng), Tanh(), Dense(64, 4, rng)};
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.01, .momentum = 0.9}};
  DataLoader loader{train, {.batch_size = 64, .shuffle = rng.split(), .prefetch = std::atoi(argv[2]) != 0}};
  std::uint64_t hash = 14695981039346656037u;  // FNV-1a
  const auto add = [&hash](const void* data, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) hash = (hash ^ static_cast<const unsigned char*>(data)[i]) * 1099511628211u;
  };
  fit(model, loss, sgd, loader, {.epochs = 3, .on_step = [&](const Progress& p) { add(&p.loss, sizeof p.loss); }});
  for (const NamedTensor& entry : model.state()) add(entry.value->data(), entry.value->size() * sizeof(Real));
  DataLoader test_loader{test};
  const double test_loss = evaluate(model, loss, test_loader).loss;
  add(&test_loss, sizeof test_loss);
  std::printf("%016llx\n", static_cast<unsigned long long>(hash));
}
