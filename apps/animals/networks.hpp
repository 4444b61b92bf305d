#pragma once

#include <minnow/minnow.hpp>

#include <apps/support/networks.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

/// A network and its best training options, chosen on held-out training images.
struct Network {
  std::string name;  // of --model
  minnow::Sequential (*make)(const minnow::Shape& image, std::size_t classes, minnow::Rng rng);
  std::unique_ptr<minnow::Optimizer> (*optimizer)(minnow::Sequential& model, const Network& network, std::size_t steps);
  std::size_t size;  // height and width of the images
  Training training;
  double momentum;
  double calibration;  // share of the training images held out to fit the temperature on
  bool augment;        // true: flip, shift, recolour and cut out training images
};

/// The networks for drawings and for photographs.
const Network& dense_network();
const Network& convolutional_network();

/// Returns the augmentation of the training images.
minnow::Augmentation augmentation(const Network& network, minnow::Rng rng);
