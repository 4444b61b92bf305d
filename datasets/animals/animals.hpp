#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

struct AnimalsOptions {
  std::size_t size = 32;      // height and width of a drawing, 8 to 16384
  std::size_t train = 16000;  // drawings to learn from
  std::size_t test = 2000;    // drawings held out
};

struct AnimalsSplit {
  TensorDataset train, test;
};

/// dog, cat, horse, cheetah: the labels 0 to 3.
MINNOW_API const std::vector<std::string>& animal_names();

/// The drawn animals: four classes of pictures drawn by code, a data set that needs no download. Inputs (N, 3, size,
/// size) in [-1, 1], targets (N); the classes take turns. Drawn on all cores; the pictures depend on options and rng
/// alone. Throws ValueError for a size out of range or an empty part.
MINNOW_API AnimalsSplit animals(const AnimalsOptions& options, Rng rng);

}  // namespace minnow::inline MINNOW_PRECISION::datasets
