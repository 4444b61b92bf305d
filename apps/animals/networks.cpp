#include <apps/animals/networks.hpp>

using namespace minnow;

namespace {

/// 3 size size -> 256 -> 64 -> classes.
Sequential make_dense(const Shape& image, std::size_t classes, Rng rng) {
  return Sequential{Flatten(), Dense(num_elements(image), 256, rng),           ReLU(), Dense(256, 64, rng),
                    ReLU(),    Dense(64, classes, rng, {.init = Init::xavier})};
}

/// SGD with a learning rate that falls linearly to 0.
std::unique_ptr<Optimizer> make_sgd(Sequential& model, const Network& network, std::size_t steps) {
  auto sgd = std::make_unique<SGD>(model.parameters(), SGDOptions{.learning_rate = network.training.learning_rate,
                                                                  .momentum = network.momentum,
                                                                  .weight_decay = network.training.weight_decay});
  sgd->set_schedule(linear_warmup({.total_steps = steps, .start_factor = 1, .end_factor = 0}));
  return sgd;
}

/// Four convolutions of 32 to 128 filters, each followed by pooling that halves the image; then the mean over all
/// pixels.
Sequential make_convolutional(const Shape& image, std::size_t classes, Rng rng) {
  Sequential model;
  std::size_t channels = image[0];
  for (const std::size_t filters : {32u, 64u, 96u, 128u}) {
    model.add(Conv2d(channels, filters, 3, rng, {.padding = 1, .bias = false, .init = Init::pytorch}));
    model.add(BatchNorm2d(filters)).add(ReLU()).add(MaxPool2d(2));
    channels = filters;
  }
  model.add(GlobalAvgPool2d()).add(Dropout(0.2, rng)).add(Dense(channels, classes, rng, {.init = Init::pytorch}));
  return model;
}

/// AdamW with a one-cycle learning rate, and no weight decay of biases and norms.
std::unique_ptr<Optimizer> make_adamw(Sequential& model, const Network& network, std::size_t steps) {
  auto adamw = std::make_unique<AdamW>(
      no_decay_on_biases_and_norms(model.parameters(), AdamWOptions{.learning_rate = network.training.learning_rate,
                                                                    .beta1 = network.momentum,
                                                                    .weight_decay = network.training.weight_decay}));
  adamw->set_schedule(one_cycle({.total_steps = steps}));
  return adamw;
}

}  // namespace

const Network& dense_network() {
  static const Network network{
      .name = "dense",
      .make = make_dense,
      .optimizer = make_sgd,
      .size = 32,
      .training = {.epochs = 15, .batch_size = 64, .learning_rate = 0.01, .weight_decay = 0, .label_smoothing = 0},
      .momentum = 0.9,
      .calibration = 0.05,
      .augment = false};
  return network;
}

const Network& convolutional_network() {
  static const Network network{.name = "cnn",
                               .make = make_convolutional,
                               .optimizer = make_adamw,
                               .size = 64,
                               .training = {.epochs = 80,
                                            .batch_size = 64,
                                            .learning_rate = 0.006,
                                            .weight_decay = 0.05,
                                            .label_smoothing = 0.05},
                               .momentum = 0.9,
                               .calibration = 0,  // there are few photographs
                               .augment = true};
  return network;
}

Augmentation augmentation(const Network& network, Rng rng) {
  Augmentation result{std::move(rng)};
  if (!network.augment) return result;
  constexpr double grey = 0.45;
  result.transforms = {augment::Flip(), augment::ShiftedCrop(network.size / 16, {.fill = grey}),
                       augment::ColourJitter({.brightness = 0.1, .contrast = 0.1, .saturation = 0.1}),
                       augment::Cutout(network.size / 8, {.fill = grey})};
  return result;
}
