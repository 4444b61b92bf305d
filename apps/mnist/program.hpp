#pragma once

#include <minnow/datasets/images/mnist.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>

/// The differences between the programs for datasets in the layout of MNIST.
struct Subject {
  const char* name;
  const char* description;
  std::optional<std::filesystem::path> folder;  // the default of --data
  std::function<minnow::datasets::MnistSplit(const std::filesystem::path&)> read;
  std::size_t shift = 0;  // smallest default of --shift
  bool mirrored = false;  // true: a mirror image has the same label, and training and evaluation use both
};

/// Runs the whole program: trains a classifier on the training images and evaluates it on the test images.
int run_program(const Subject& subject, int argc, char** argv);
