#pragma once

#include <minnow/datasets/images/mnist.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>

/// What the programs on pictures in MNIST's layout differ in.
struct Subject {
  const char* name;
  const char* description;
  std::optional<std::filesystem::path> folder;  // to read when --data names none
  std::function<minnow::datasets::MnistSplit(const std::filesystem::path&)> read;
  std::size_t shift = 0;  // how far, at least, pictures are moved while training
  bool mirrored =
      false;  // whether a picture shows the same in a mirror: then it is trained on both, and judged with it
};

/// Trains a classifier on the training pictures and tests it: the whole of main.
int run_program(const Subject& subject, int argc, char** argv);
