#pragma once

#include <minnow/minnow.hpp>

#include <apps/support/image_data.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Training and held-out images, (N, 3, size, size) in [0, 1], and their normalisation.
struct Images {
  std::vector<std::string> class_names;
  minnow::Normalization normalization;
  std::unique_ptr<const minnow::Dataset> all;  // the training images, of which the parts are subsets
  std::unique_ptr<const minnow::Dataset> train, test;
  std::unique_ptr<const minnow::Dataset> calibration = nullptr;  // to fit the temperature on; may be null
  std::string test_name = "test";                                // or "validation"
  std::vector<std::string> test_images{};                        // the path of each test image, or its number
};

struct ImageOptions {
  std::optional<std::filesystem::path> folder;  // of photographs; unset: the drawn animals
  std::size_t size;                             // height and width
  std::size_t train_drawings = 16000, test_drawings = 2000;
  std::optional<minnow::Normalization> normalization{};  // unset: fitted on training images
  std::vector<std::string> class_order = minnow::datasets::animal_names();
  double validation = 0;   // share of the training images to test on instead of the test images
  double calibration = 0;  // share of the remaining training images, for the temperature
};

/// Reads photographs, or prepares to draw each image at its first use, and prints a line about it.
Images load_images(const ImageOptions& options, minnow::Rng rng);
