#pragma once

#include <minnow/minnow.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

/// The training options of a network.
struct Training {
  std::size_t epochs, batch_size;
  double learning_rate, weight_decay, label_smoothing;
};

/// Random changes of training images. Sizes are in pixels.
struct ImageChanges {
  bool flip = false;       // mirror images have the same label; evaluation uses both
  std::size_t shift = 0;   // largest shift
  double jitter = 0;       // largest change of brightness, contrast and saturation
  std::size_t cutout = 0;  // side of a square that is cut out
  double fill = 0;         // value of pixels that are shifted in or cut out
  minnow::Augmentation make(minnow::Rng rng) const;
};

/// Returns the changes of photographs of this width.
ImageChanges photograph_changes(std::size_t size);

/// Dense layers of these sizes with ReLU between them, from samples of any shape to `outputs`.
minnow::Sequential mlp(const minnow::Shape& sample, const std::vector<std::size_t>& hidden, std::size_t outputs,
                       minnow::Rng rng);

/// Four convolutions of 32 to 128 filters, each followed by pooling that halves the image; then the mean over all
/// pixels. For photographs.
minnow::Sequential photograph_cnn(const minnow::Shape& image, std::size_t classes, minnow::Rng rng);

/// Three convolutions; pooling after the first two halves the image. For small grey images.
minnow::Sequential digit_cnn(const minnow::Shape& image, std::size_t classes, minnow::Rng rng);

/// Returns AdamW without weight decay of biases and norms. Its schedule is to be set.
std::unique_ptr<minnow::Optimizer> make_adamw(minnow::Layer& model, const Training& training, double beta1 = 0.9);

/// A learning rate that falls linearly to 0.
minnow::Schedule falling(std::size_t steps);

/// A learning rate that rises and falls once.
minnow::Schedule rising_and_falling(std::size_t steps);
