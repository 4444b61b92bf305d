#include <apps/mnist/networks.hpp>

using namespace minnow;

namespace {

/// H W -> 256 -> 128 -> classes.
Sequential make_dense(const Shape& picture, std::size_t classes, Rng rng) {
  return Sequential{Flatten(), Dense(num_elements(picture), 256, rng),          ReLU(), Dense(256, 128, rng),
                    ReLU(),    Dense(128, classes, rng, {.init = Init::xavier})};
}

/// Three convolutions, of which the first two halve the picture, then the mean over what is left of it.
Sequential make_cnn(const Shape& picture, std::size_t classes, Rng rng) {
  return Sequential{Conv2d(picture[0], 32, 3, rng, {.padding = 1, .bias = false}),
                    BatchNorm2d(32),
                    ReLU(),
                    MaxPool2d(2),
                    Conv2d(32, 64, 3, rng, {.padding = 1, .bias = false}),
                    BatchNorm2d(64),
                    ReLU(),
                    MaxPool2d(2),
                    Conv2d(64, 128, 3, rng, {.padding = 1, .bias = false}),
                    BatchNorm2d(128),
                    ReLU(),
                    GlobalAvgPool2d(),
                    Dropout(0.2, rng),
                    Dense(128, classes, rng, {.init = Init::xavier})};
}

/// A learning rate that falls linearly to 0.
Schedule falling(std::size_t steps) {
  return linear_warmup({.total_steps = steps, .start_factor = 1, .end_factor = 0});
}

/// One that rises and falls once.
Schedule one_rise(std::size_t steps) { return one_cycle({.total_steps = steps}); }

}  // namespace

const std::vector<Network>& networks() {
  static const std::vector<Network> all{
      {.name = "dense",
       .make = make_dense,
       .schedule = falling,
       .epochs = 30,
       .batch_size = 128,
       .learning_rate = 0.002,
       .weight_decay = 0.1,
       .label_smoothing = 0.1,
       .shift = 0},
      {.name = "cnn",
       .make = make_cnn,
       .schedule = one_rise,
       .epochs = 15,
       .batch_size = 64,
       .learning_rate = 0.002,
       .weight_decay = 0.01,
       .label_smoothing = 0.05,
       .shift = 2},
  };
  return all;
}
