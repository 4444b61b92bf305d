#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/datasets/tables/table_encoder.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// Reads raw rows for a prediction, from a file or a pipe, and encodes them:
///   EncodedRows rows("/dev/stdin", *file.info.table);
///   for (Tensor x = rows.read(64); x.shape()[0] > 0; x = rows.read(64)) print(file.model.predict(x));
/// If the first row has at least half of the names of the encoder's columns, it is a header, and the columns are found
/// by name, in any order; other columns are ignored. Otherwise the rows have the columns of the table that the encoder
/// was computed from, with or without the target.
class MINNOW_API EncodedRows {
 public:
  /// Throws DataError if the file cannot be opened, or lacks a column. `delimiter`: 0 for that of the encoder's table,
  /// or another one if the first row does not contain it.
  EncodedRows(const std::filesystem::path& path, TableEncoder encoder, char delimiter = 0);
  ~EncodedRows();
  EncodedRows(EncodedRows&&) noexcept;
  EncodedRows& operator=(EncodedRows&&) noexcept;

  /// Returns the features of the next rows (N, num_features), 1 <= N <= most, and N = 0 at the end. Waits for the
  /// writer of a pipe for the first row only. Throws DataError, in one line with file, line and column, for invalid
  /// rows.
  Tensor read(std::size_t most);

  /// Returns the cells of the rows that read() returned, N lists.
  const std::vector<std::vector<std::string>>& cells() const;

  /// Returns the names of the columns if the first row is a header.
  const std::vector<std::string>& column_names() const;

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets
