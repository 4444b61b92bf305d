#pragma once

#include <minnow/minnow.hpp>

#include <apps/support/networks.hpp>

#include <cstddef>
#include <string>
#include <vector>

/// A network and its best training options, chosen on held-out training images.
struct Network {
  std::string name;  // of --model
  minnow::Sequential (*make)(const minnow::Shape& image, std::size_t classes, minnow::Rng rng);
  minnow::Schedule (*schedule)(std::size_t steps);
  Training training;
  std::size_t shift;   // largest shift of a training image, in pixels
  std::size_t cutout;  // side of the square cut out of each training image, in pixels
};

/// All networks; the first is the default.
const std::vector<Network>& networks();
