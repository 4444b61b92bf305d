#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

/// The differences between the programs for datasets in the layout of MNIST.
struct Subject {
  const char* name;
  const char* description;
  std::optional<std::filesystem::path> folder;  // the default of --data
  bool fashion = false;   // Fashion-MNIST: a mirror image has the same label, and training and evaluation use both
  std::size_t shift = 0;  // smallest default of --shift
};

/// Runs the whole program: trains a classifier on the training images and evaluates it on the test images.
int run_program(const Subject& subject, int argc, char** argv);
