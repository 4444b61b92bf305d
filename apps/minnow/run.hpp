#pragma once

#include <minnow/minnow.hpp>

#include <apps/minnow/data.hpp>
#include <apps/support/classifier.hpp>

#include <string>

/// A run before its training: the data, and the model with its initial weights.
struct Run {
  Settings settings;
  Data data;
  Classifier classifier;  // of a pretrained backbone: without the model
  minnow::Rng rng;        // for the rest of the run
  std::string command{};  // that started it
};

/// Reads the data and makes the model. The same settings give the same run.
Run prepare(const Settings& settings);
