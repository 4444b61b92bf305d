#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

struct AnimalsOptions {
  std::size_t size = 32;      // height and width of an image, 8 to 16384
  std::size_t train = 16000;  // number of training images
  std::size_t test = 2000;    // number of test images
};

struct AnimalsSplit {
  TensorDataset train, test;
};

/// Returns the names of the classes 0 to 3: dog, cat, horse, cheetah.
MINNOW_API const std::vector<std::string>& animal_names();

/// Draws a data set of animals in four classes, without any download. Inputs are (N, 3, size, size) in [-1, 1], targets
/// (N); sample i has class i % 4. Draws on all cores; the images depend only on `options` and `rng`. Throws ValueError
/// if size is out of range or a part is empty.
MINNOW_API AnimalsSplit animals(const AnimalsOptions& options, Rng rng);

}  // namespace minnow::inline MINNOW_PRECISION::datasets
