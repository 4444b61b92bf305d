#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The values of a training run over time: a table with a row for each validation and for each end of an epoch. The
/// columns of `fit` are, in this order:
///   "epoch"                   from 1
///   "step"                    steps of the optimizer since the start of training
///   "loss", "accuracy", ...   the loss and the metrics of the batches of this epoch so far
///   "validation loss", ...    the loss and the metrics of the validation data, if there are any
///   "learning rate"           of the first group of parameters
///   "samples/s", "seconds"    training samples per second of this epoch; seconds since the start of training
/// A value that was not measured is NaN.
class MINNOW_API History {
 public:
  History() = default;
  explicit History(std::vector<std::string> columns) : columns_(std::move(columns)) {}

  const std::vector<std::string>& columns() const { return columns_; }
  bool has(std::string_view column) const;

  /// Number of rows.
  std::size_t size() const { return columns_.empty() ? 0 : values_.size() / columns_.size(); }

  /// Returns row `r`, one value for each column. Throws ValueError if there is no such row.
  std::span<const double> row(std::size_t r) const;

  /// Returns a value of row `r`. Throws ValueError, with the names that exist, if there is no such column.
  double at(std::size_t r, std::string_view column) const { return row(r)[index_of(column)]; }

  /// Returns the values of a column, one for each row.
  std::vector<double> column(std::string_view name) const;

  /// Allocates memory for `rows` rows, so that add() allocates nothing before.
  void reserve(std::size_t rows) { values_.reserve(rows * columns_.size()); }

  /// Appends a row. Throws ValueError unless it has a value for each column.
  void add(std::span<const double> row);

  /// Why training ended. `callback`: on_epoch returned false.
  enum class End { running, completed, early_stopping, stop_requested, callback };
  End end = End::running;

  /// The row with the best value of FitOptions::early_stopping's monitor; without early stopping, of the validation
  /// loss. None if nothing was monitored.
  std::optional<std::size_t> best;

 private:
  std::size_t index_of(std::string_view column) const;

  std::vector<std::string> columns_;
  std::vector<double> values_;  // row by row
};

/// Writes the table as a CSV file, or as JSON lines, one object for each row, if the name of the file ends with .jsonl.
/// The file appears under its name only when it is complete. Throws DataError if it cannot be written.
MINNOW_API void write_history(const History& history, const std::filesystem::path& path);

/// Reads a file of JSON lines that write_history or fit wrote. `end` and `best` are not in the file. An incomplete last
/// line, which a killed program leaves, is ignored. Throws DataError, naming the line, if the file cannot be read or
/// its lines have different columns.
MINNOW_API History read_history(const std::filesystem::path& path);

}  // namespace minnow::inline MINNOW_PRECISION
