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

// Metadata of a model: how its training ended.
inline constexpr const char *end_key = "training", *ended_completed = "completed", *ended_early = "stopped early";

/// Throws DataError, which begins with `who` and ends with `advice`, if the test samples differ from those of the
/// model's training, so that samples of its training may be among them. A model file without that metadata passes.
void check_test_data(const Classifier& trained, const Data& data, const std::string& who, const std::string& advice);

/// Reads the data and makes the model. The same settings give the same run.
Run prepare(const Settings& settings);
