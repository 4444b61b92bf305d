#include <apps/support/networks.hpp>

using namespace minnow;

Augmentation ImageChanges::make(Rng rng) const {
  Augmentation augment{std::move(rng)};
  if (flip) augment.transforms.emplace_back(augment::Flip());
  if (shift > 0) augment.transforms.emplace_back(augment::ShiftedCrop(shift, {.fill = fill}));
  if (jitter > 0)
    augment.transforms.emplace_back(
        augment::ColourJitter({.brightness = jitter, .contrast = jitter, .saturation = jitter}));
  if (cutout > 0) augment.transforms.emplace_back(augment::Cutout(cutout, {.fill = fill}));
  return augment;
}

ImageChanges photograph_changes(std::size_t size) {
  return {.flip = true, .shift = size / 16, .jitter = 0.1, .cutout = size / 8, .fill = 0.45};
}

Sequential mlp(const Shape& sample, const std::vector<std::size_t>& hidden, std::size_t outputs, Rng rng) {
  Sequential model;
  if (sample.size() > 1) model.add(Flatten());
  std::size_t inputs = num_elements(sample);
  for (const std::size_t units : hidden) {
    model.add(Dense(inputs, units, rng)).add(ReLU());
    inputs = units;
  }
  return std::move(model.add(Dense(inputs, outputs, rng, {.init = Init::xavier})));
}

Sequential photograph_cnn(const Shape& image, std::size_t classes, Rng rng) {
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

Sequential digit_cnn(const Shape& image, std::size_t classes, Rng rng) {
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

std::unique_ptr<Optimizer> make_adamw(Layer& model, const Training& training, double beta1) {
  return std::make_unique<AdamW>(no_decay_on_biases_and_norms(
      model.parameters(),
      AdamWOptions{.learning_rate = training.learning_rate, .beta1 = beta1, .weight_decay = training.weight_decay}));
}

Schedule falling(std::size_t steps) {
  return linear_warmup({.total_steps = steps, .start_factor = 1, .end_factor = 0});
}

Schedule rising_and_falling(std::size_t steps) { return one_cycle({.total_steps = steps}); }
