#pragma once

#include <minnow/minnow.hpp>

#include <apps/minnow/data.hpp>
#include <apps/minnow/regression.hpp>
#include <apps/support/classifier.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The result of a model for test samples.
class TestResult {
 public:
  /// Runs the model on the samples. `class_names` is empty for a regression, whose outputs `classifier.info.table`
  /// decodes.
  TestResult(const Classifier& classifier, const minnow::Dataset& test);

  /// Returns the logits and the labels, or the values of a regression in the unit of the target.
  minnow::Predictions decoded() const;

  /// Returns the result in one line: "accuracy 98.50% on 2000 test samples".
  std::string sentence() const;

  /// Prints the loss, the accuracy and the confusion matrix, or the errors of a regression. With `details`, also the
  /// precision, recall and F1 of each class.
  void print(bool details) const;

  /// Prints the result as an object of JSON.
  void print_json(const std::filesystem::path& model) const;

  /// Writes a CSV file with the predictions of all samples.
  void write(const std::filesystem::path& path, const std::vector<std::string>& names) const;

 private:
  bool is_regression() const { return !matrix_; }

  const Classifier& classifier_;
  minnow::Predictions scores_;
  std::optional<minnow::ConfusionMatrix> matrix_;
  RegressionScores regression_;
};
