#pragma once

#include <minnow/minnow.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The pictures to learn from and those held out, (N, 3, size, size) in [0, 1], and what to normalise them by.
struct Pictures {
  std::vector<std::string> class_names;
  minnow::Normalization normalization;
  std::unique_ptr<minnow::Dataset> train, test = nullptr;
  std::unique_ptr<minnow::Dataset> calibration = nullptr;  // to set the temperature of the probabilities by, if any
  std::string test_name = "test";                          // or "validation"
};

struct PictureOptions {
  std::optional<std::filesystem::path> folder;  // of photographs; none: the drawn animals
  std::size_t size;
  std::size_t train_drawings = 16000, test_drawings = 2000;
  double validation = 0;   // this share of the training pictures is held out instead of the test pictures
  double calibration = 0;  // and this share of what is left, for the temperature
};

/// Reads photographs, or prepares to draw each picture when it is first needed, and says so.
Pictures load_pictures(const PictureOptions& options, minnow::Rng rng);

/// The pictures `indices` of a part and their labels, as they are.
minnow::Batch read_pictures(const minnow::Dataset& part, std::span<const std::size_t> indices);
