#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/datasets/tables/table.hpp>
#include <minnow/datasets/tables/table_encoding.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

enum class TargetKind {
  detect,   // classes if the cells are texts, or at most 100 different integers, each at least twice on average
  classes,  // texts, or numbers: each different one is a class
  number    // regression
};

/// Columns are given by name or, if no column has this name, by number from 1.
struct TableEncoderOptions {
  std::string target = {};                      // the column to predict; empty: the last
  TargetKind target_kind = TargetKind::detect;  // detect, classes or number
  std::vector<std::string> numbers = {};        // columns of numbers; others are detected
  std::vector<std::string> categories = {};     // columns of categories, also if the cells are numbers
  std::vector<std::string> ignored = {};        // columns that are not used
  bool indicators = false;                      // a feature for each column with missing values: 1 if missing
  bool standardize = true;                      // numbers, and the target if it is a number
  std::size_t max_categories = 1000;            // more categories of a column, or classes, are an error
};

/// Converts rows of a table to features and targets. Mean, deviation and categories are those of the training rows
/// alone; only the kinds of the columns and the names of the classes are those of the whole table. A model file stores
/// the encoder, so that a program predicts raw rows: see ModelInfo::table and EncodedRows.
class MINNOW_API TableEncoder {
 public:
  /// Computes the encoding of a table from its training rows, given in any order; without `rows`, from all. The file is
  /// read once, with a few numbers in memory for each column and category. Mean and deviation are computed in double
  /// by Welford's method; the deviation of a constant column is 1.
  ///
  /// Throws ValueError if an option names no column, or a column twice, or if there is no training row. Throws
  /// DataError, in one line with file, line and column, if a column mixes numbers and texts, a cell of a column of
  /// numbers is a text, a column has more than max_categories, or no column of features has a value in the training
  /// rows; and if the target is missing in a training row, or has only one class. A column without a value in the
  /// training rows has no feature.
  explicit TableEncoder(const Table& table, const TableEncoderOptions& options = {});
  TableEncoder(const Table& table, std::span<const std::size_t> rows, const TableEncoderOptions& options = {});

  /// Throws ValueError if a part of the encoding is invalid.
  explicit TableEncoder(TableEncoding encoding);

  /// Returns the encoding as JSON, and the encoder of such a text. Throws ValueError with the reason if the text is no
  /// encoding.
  std::string to_json() const;
  static TableEncoder from_json(std::string_view json);

  const TableEncoding& encoding() const { return encoding_; }

  std::size_t num_features() const { return feature_names_.size(); }

  /// Returns the name of each feature: "age", "city=Rome", "age is missing".
  const std::vector<std::string>& feature_names() const { return feature_names_; }

  /// Returns the names of the classes; empty for regression. Integers are in the order of their values.
  const std::vector<std::string>& class_names() const { return encoding_.target.classes; }

  /// Returns the number of outputs of a model for CrossEntropyLoss, one for each class, or for regression, 1.
  std::size_t num_outputs() const { return class_names().empty() ? 1 : class_names().size(); }

  /// Returns features (N, num_features) and targets, (N) class indices or (N, 1) numbers, of the given rows, or of all.
  /// The table may be another one than that of the training rows. Its columns are found by name if both have headers,
  /// otherwise by position. Throws DataError if a column is missing, a number column has a text, or a target is missing
  /// or an unknown class.
  TensorDataset encode(const Table& table) const;
  TensorDataset encode(const Table& table, std::span<const std::size_t> rows) const;

  /// Returns the features (N, num_features) of raw rows. `names`: those of their columns; empty: the rows have the
  /// columns of the table, with or without the target. Throws DataError if a column is missing, or a cell is invalid.
  Tensor encode_rows(const std::vector<std::vector<std::string>>& rows,
                     const std::vector<std::string>& names = {}) const;

  /// Converts outputs of a regression model, or targets, to values of the target: mean + deviation y.
  Tensor decode_targets(const Tensor& outputs) const;

  /// Where the columns of the encoding are in a row of cells.
  struct Columns {
    std::vector<std::size_t> features;  // of each column of the encoding
    std::size_t target = 0;             // at least `width` if there is no target
    std::size_t width = 0;              // number of cells of a row
  };

  /// Finds the columns in rows with these names, or, without names, in rows of `width` cells. Throws DataError with
  /// `source` if there is none of a name, or if the width is neither that of the table nor one less, without the
  /// target.
  Columns find_columns(std::span<const std::string> names, std::string_view source) const;
  Columns find_columns(std::size_t width, std::string_view source) const;
  Columns find_columns(const Table& table) const;

  /// Writes the features of a row, or its target: a class index or a number.
  void encode_features(const TableRow& row, const Columns& columns, std::span<Real> features) const;
  Real encode_target(const TableRow& row, const Columns& columns) const;

 private:
  TableEncoding encoding_;
  std::vector<std::string> feature_names_;
  std::vector<double> class_values_;  // if all class names are numbers
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets
