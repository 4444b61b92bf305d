#include <apps/animals/networks.hpp>

using namespace minnow;

namespace {

Sequential make_dense(const Shape& image, std::size_t classes, Rng rng) {
  return mlp(image, {256, 64}, classes, std::move(rng));
}

/// SGD with a learning rate that falls linearly to 0.
std::unique_ptr<Optimizer> make_sgd(Sequential& model, const Network& network, std::size_t steps) {
  auto sgd = std::make_unique<SGD>(model.parameters(), SGDOptions{.learning_rate = network.training.learning_rate,
                                                                  .momentum = network.momentum,
                                                                  .weight_decay = network.training.weight_decay});
  sgd->set_schedule(falling(steps));
  return sgd;
}

/// AdamW with a one-cycle learning rate, and no weight decay of biases and norms.
std::unique_ptr<Optimizer> make_one_cycle(Sequential& model, const Network& network, std::size_t steps) {
  auto adamw = make_adamw(model, network.training, network.momentum);
  adamw->set_schedule(rising_and_falling(steps));
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
                               .make = photograph_cnn,
                               .optimizer = make_one_cycle,
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
  if (!network.augment) return Augmentation{std::move(rng)};
  return photograph_changes(network.size).make(std::move(rng));
}
