#pragma once

#include <minnow/minnow.hpp>

#include <apps/support/training_options.hpp>

#include <cstddef>
#include <string>
#include <vector>

/// A network and how it is trained best, as found on a part of the training pictures held out.
struct Network {
  std::string name;  // of --model
  minnow::Sequential (*make)(const minnow::Shape& picture, std::size_t classes, minnow::Rng rng);
  minnow::Schedule (*schedule)(std::size_t steps);
  Training training;
  std::size_t shift;   // pictures are moved by up to so many pixels
  std::size_t cutout;  // the side of the square that is hidden of each
};

/// The first is what is trained unless told otherwise.
const std::vector<Network>& networks();
