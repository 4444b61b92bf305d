#include <apps/mnist/networks.hpp>

using namespace minnow;

namespace {

/// H W -> 256 -> 128 -> classes.
Sequential make_dense(const Shape& image, std::size_t classes, Rng rng) {
  return Sequential{Flatten(), Dense(num_elements(image), 256, rng),
                    ReLU(),    Dense(256, 128, rng),
                    ReLU(),    Dense(128, classes, rng, {.init = Init::xavier})};
}

/// Three convolutions; pooling after the first two halves the image.
Sequential make_cnn(const Shape& image, std::size_t classes, Rng rng) {
  Sequential model;
  std::size_t channels = image[0];
  for (const std::size_t filters : {32u, 64u, 128u}) {
    model.add(Conv2d(channels, filters, 3, rng, {.padding = 1, .bias = false, .init = Init::pytorch}))
        .add(BatchNorm2d(filters))
        .add(ReLU());
    if (model.size() < 8) model.add(MaxPool2d(2));
    channels = filters;
  }
  const std::size_t features = channels * (image[1] / 4) * (image[2] / 4);
  model.add(Flatten()).add(Dropout(0.4, rng)).add(Dense(features, classes, rng, {.init = Init::pytorch}));
  return model;
}

/// A learning rate that falls linearly to 0.
Schedule falling(std::size_t steps) {
  return linear_warmup({.total_steps = steps, .start_factor = 1, .end_factor = 0});
}

/// A learning rate that rises and falls once.
Schedule rising_and_falling(std::size_t steps) { return one_cycle({.total_steps = steps}); }

}  // namespace

const std::vector<Network>& networks() {
  static const std::vector<Network> all{
      {.name = "dense",
       .make = make_dense,
       .schedule = falling,
       .training =
           {.epochs = 30, .batch_size = 128, .learning_rate = 0.002, .weight_decay = 0.1, .label_smoothing = 0.1},
       .shift = 0,
       .cutout = 0},
      {.name = "cnn",
       .make = make_cnn,
       .schedule = rising_and_falling,
       .training =
           {.epochs = 18, .batch_size = 64, .learning_rate = 0.005, .weight_decay = 0.05, .label_smoothing = 0.05},
       .shift = 1,
       .cutout = 8},
  };
  return all;
}
