#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/datasets/tables/csv_options.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// A cell of a table: a finite number, no value, or any other text.
struct TableCell {
  enum class Kind : unsigned char { number, missing, text };

  std::string_view text;  // without quotes, of a number too
  Kind kind = Kind::text;
  double number = 0;  // 0 unless `kind` is number
};

/// One row of a table.
struct TableRow {
  std::span<const TableCell> cells;
  std::string_view source;  // "'iris.csv'", for errors
  std::size_t line = 0;     // where the row starts in the file, from 1
};

/// What the cells of a column contain.
struct TableColumn {
  std::string name;
  std::size_t numbers = 0, texts = 0, missing = 0;  // how many cells are numbers, other texts, and without a value
  std::string first_text{};                         // the first of the other texts, and its line
  std::size_t first_text_line = 0;
};

/// The rows of a CSV file, numbered from 0. The constructor reads and checks the whole file once; rows are read again
/// from the file when they are needed. A table holds an index of at most 8 MiB, whatever the size of the file, and for
/// each thread that reads at the same time a buffer of 256 KiB, or more if a row is longer. Reading is const and
/// thread-safe. Copies share the file.
///
/// The text is UTF-8, by the rules of RFC 4180: cells in quotes may contain delimiters, quotes (written twice) and ends
/// of lines. Lines may also end with LF alone, blank lines are skipped, and spaces around a cell are removed. A byte
/// order mark is skipped.
class MINNOW_API Table {
 public:
  /// Reads the file. Throws ValueError for invalid options. Throws DataError, in one line with file, line and column,
  /// if the file cannot be read, has no row, or has one column; if a row has another number of cells than the first;
  /// for a stray or unclosed quote, a NUL byte, text that is not UTF-8, a row longer than longest_row, or two columns
  /// of the same name.
  explicit Table(const std::filesystem::path& path, const CsvOptions& options = {});

  /// The same for the text of a CSV file.
  static Table from_text(std::string text, const CsvOptions& options = {});

  /// Returns the number of rows, without the header.
  std::size_t size() const;

  /// Returns the columns, in the order of the file. Without a header they are named "column 1", "column 2", ...
  const std::vector<TableColumn>& columns() const;

  bool has_header() const;
  char delimiter() const;
  const CsvOptions& options() const;

  /// Returns "'iris.csv'", for errors.
  const std::string& source() const;

  /// Calls body(i, row) with row number rows[i], for i = 0, 1, ... Ascending rows are read fastest. Throws ValueError
  /// if a number is not below size(), and DataError if the file has changed or cannot be read.
  void read(std::span<const std::size_t> rows,
            const std::function<void(std::size_t i, const TableRow& row)>& body) const;

  /// Calls body(number, row) for all rows.
  void read_all(const std::function<void(std::size_t number, const TableRow& row)>& body) const;

 private:
  struct Data;
  explicit Table(std::shared_ptr<Data> data);

  std::shared_ptr<const Data> data_;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets
