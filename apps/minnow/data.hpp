#pragma once

#include <minnow/minnow.hpp>

#include <apps/minnow/settings.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The kinds of data that the program detects.
enum class DataKind { drawings, photographs, idx, table };

/// Returns the kind of the data at a path; without a path, drawings. Throws DataError if there is nothing at the path.
DataKind kind_of(const std::optional<std::filesystem::path>& data);

/// Training, validation and test samples.
struct Data {
  DataKind kind;
  std::vector<std::string> class_names;                   // in the order of the labels; empty: a regression
  std::unique_ptr<const minnow::Dataset> all;             // the training samples, of which the parts are subsets
  std::unique_ptr<const minnow::Dataset> train, test;     // inputs are not normalised
  std::unique_ptr<const minnow::Dataset> validation;      // null: none
  std::vector<std::string> test_names;                    // the path of each test image, or its number
  std::optional<minnow::Normalization> normalization{};   // of the inputs
  std::string training_names;                             // "photographs"
  std::optional<minnow::datasets::TableEncoder> table{};  // encodes rows; without one, samples are images

  /// Returns the number of outputs of a model: one for each class, or 1.
  std::size_t outputs() const { return class_names.empty() ? 1 : class_names.size(); }
};

/// Reads the data of resolved settings, and prints a line about it. `class_order` is that of a model, or empty.
Data load_data(const Settings& settings, minnow::Rng rng, std::vector<std::string> class_order = {});

/// Prints how many samples are trained on, held out, and tested.
void print_counts(const Data& data);

/// Returns the text with a capital letter.
std::string capitalised(std::string text);

/// Returns the names joined by commas and "and".
std::string listed(const std::vector<std::string>& names);
