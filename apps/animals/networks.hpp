#pragma once

#include <minnow/minnow.hpp>

#include <apps/support/training_options.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

/// A network and how it is trained best, as found on a part of the training pictures held out.
struct Network {
  std::string name;  // of --model
  minnow::Sequential (*make)(const minnow::Shape& picture, std::size_t classes, minnow::Rng rng);
  std::unique_ptr<minnow::Optimizer> (*optimizer)(minnow::Sequential& model, const Network& network, std::size_t steps);
  std::size_t size;  // of the pictures
  Training training;
  double momentum;
  double calibration;  // share of the training pictures held out for the temperature of the probabilities
  bool augment;        // whether pictures are mirrored, moved, recoloured and partly hidden while training
};

/// For the drawings, and, with convolutions, for photographs.
const Network& dense_network();
const Network& convolutional_network();

/// What training does to each picture, anew each epoch.
minnow::Augmentation augmentation(const Network& network, minnow::Rng rng);
