#pragma once

#include <minnow/minnow.hpp>

#include <filesystem>
#include <optional>
#include <string>

/// The pictures to learn from and those held out, (N, 3, size, size) in [0, 1].
struct Pictures {
  minnow::TensorDataset train, test;
  std::optional<minnow::TensorDataset> calibration = std::nullopt;  // to set the temperature of the probabilities by
  std::string test_name = "test";                                   // or "validation"
};

struct PictureOptions {
  std::optional<std::filesystem::path> folder;  // of photographs; none: the drawn animals
  std::size_t size = 32;
  std::size_t train_drawings = 16000, test_drawings = 2000;
  double validation = 0;      // this share of the training pictures is held out instead of the test pictures
  double calibration = 0.05;  // and this share of what is left, for the temperature
};

/// Reads or draws the pictures and says so.
Pictures load_pictures(const PictureOptions& options, minnow::Rng rng);
