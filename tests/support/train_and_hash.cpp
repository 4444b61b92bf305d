// Trains a small model and prints a hash of its parameters and losses: train_and_hash MODEL THREADS WORKERS SEED, where
// MODEL is dense or cnn. WORKERS worker threads fill batches; with 0, the training thread fills them.

#include <minnow/minnow.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace minnow;

namespace {

Sequential make_dense(Rng rng) {
  return Sequential{Flatten(), Dense(3072, 256, rng), ReLU(), Dense(256, 64, rng), Tanh(), Dense(64, 4, rng)};
}

Sequential make_cnn(Rng rng) {
  return Sequential{Conv2d(3, 10, 3, rng, {.padding = 1, .bias = false}),
                    BatchNorm2d(10),
                    ReLU(),
                    MaxPool2d(2),
                    Residual(Sequential{Conv2d(10, 10, 3, rng, {.padding = 1}), ReLU()}),
                    Conv2d(10, 24, 3, rng, {.stride = 2, .padding = 1}),
                    ReLU(),
                    MaxPool2d(2),
                    GlobalAvgPool2d(),
                    Dropout(0.2, rng),
                    Dense(24, 4, rng)};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 1;
  const bool convolves = std::strcmp(argv[1], "cnn") == 0;
  set_threads(std::atoi(argv[2]));
  const auto workers = static_cast<std::size_t>(std::atoi(argv[3]));
  Rng rng{std::strtoull(argv[4], nullptr, 10)};
  const auto [train, test] = datasets::animals({.size = 32, .train = 300, .test = 100}, rng.split());
  Sequential model = convolves ? make_cnn(rng.split()) : make_dense(rng.split());
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.01, .momentum = 0.9}};
  Augmentation augment{rng.split()};
  if (convolves)
    augment.transforms = {augment::Flip(), augment::ShiftedCrop(4), augment::Rotation(10),
                          augment::ColourJitter({.brightness = 0.2, .contrast = 0.2, .saturation = 0.2}),
                          augment::Cutout(8)};
  if (convolves) augment.mixup = Mixup{.classes = 4};
  DataLoader loader{train,
                    {.batch_size = 64,
                     .shuffle = rng.split(),
                     .prefetch = workers > 0,
                     .workers = workers > 0 ? workers : 1,
                     .augment = augment}};
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
