#pragma once

#include <minnow/minnow.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

/// The forms in which predictions are printed.
enum class PredictionFormat { table, json, csv };

/// What is printed of a sample beside its prediction.
struct PredictedSample {
  std::string name;                // in a table
  std::string json;                // its members in an object of JSON
  std::vector<std::string> cells;  // its fields in a CSV file
};

/// Prints a line for each sample: its name, the predicted class with its probability as a bar and as a number, and the
/// next classes that fit the line; or a line of JSON or CSV. Of a regression it prints the predicted value.
class PredictionTable {
 public:
  /// `fields`: headings of the fields of a sample in a CSV file, printed at once. `names`: names of samples, for the
  /// width of their column.
  PredictionTable(PredictionFormat format, std::vector<std::string> class_names, const std::vector<std::string>& fields,
                  const std::vector<std::string>& names);

  /// Prints a sample.
  void add(const PredictedSample& sample, std::span<const minnow::Real> probabilities) const;
  void add_value(const PredictedSample& sample, double value) const;

 private:
  std::string probabilities_json(std::span<const minnow::Real> probabilities) const;
  std::string table_line(const std::string& name, std::span<const minnow::Real> probabilities,
                         std::size_t predicted) const;
  std::string aligned_name(const std::string& name) const;
  std::string shown_name(const std::string& name) const;

  PredictionFormat format_;
  std::vector<std::string> class_names_, shown_classes_;
  std::size_t columns_, name_limit_ = 1000, name_width_ = 0, class_width_ = 0;
};
