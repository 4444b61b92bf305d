#pragma once

#include <minnow/datasets/tables/detail/cell_reader.hpp>
#include <minnow/datasets/tables/detail/csv_source.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// Where a record starts: byte and line of the file. A byte order mark belongs to the first record.
struct RecordPosition {
  std::size_t offset = 0, line = 1;
};

/// Reads the records of RFC 4180 in sequence, from any record on. Beyond the RFC: lines may end with LF alone, blank
/// lines are skipped, and spaces around a cell are removed unless they are quoted. The buffer holds one record and the
/// block that was read last, at most 256 KiB.
///
/// Errors are DataErrors that name source, line and column: a quote in or behind a cell, an unclosed quote, a NUL byte,
/// a carriage return within a line, text that is not UTF-8, a record that is longer than `longest`.
class RecordReader {
 public:
  /// `source` must outlive the reader.
  RecordReader(const CsvSource& source, std::size_t longest, char delimiter = ',');

  void set_delimiter(char delimiter);

  /// Makes the record at `position` the next one.
  void seek(RecordPosition position);

  /// Moves to the next record. Returns false at the end.
  bool next();

  /// Returns the texts of the next record and of at most `most` - 1 records behind it, as many as are in the buffer.
  /// The first of them stays the next record.
  std::vector<std::string> peek(std::size_t most);

  /// Returns the text of the record, without the end of the line, until parse().
  std::string_view text() const { return {buffer_.data() + begin_, end_ - begin_}; }

  /// Returns the texts of the cells of the record, valid until next() or seek(). Called once for a record.
  const std::vector<std::string_view>& parse();

  /// Returns the cells of the record that was parsed.
  std::span<const TableCell> read_cells(const CellReader& cells);

  /// Returns where the record starts.
  RecordPosition position() const { return position_; }

  /// Returns true if next() would not wait for the writer of a pipe.
  bool is_ready() const;

  const CsvSource& source() const { return source_; }

 private:
  struct Extent {
    std::size_t size = 0, lines = 0;
    bool complete = false, quoted = false;  // quoted: ends within quotes
  };
  static Extent extent_of(std::string_view text);

  bool has_complete_record() const;
  bool find_record();
  bool fill();
  void skip_byte_order_mark();
  bool is_blank() const;
  bool split_plain();
  void add_plain_cell(const char* begin, const char* end);
  char* plain_cell(char* p, char* end);
  char* quoted_cell(char* p, char* end);
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail_too_long();

  const CsvSource& source_;
  const std::size_t longest_;
  char delimiter_;
  std::array<unsigned char, 256> kinds_;  // of each byte: 0 if it has no meaning
  std::vector<char> buffer_;
  std::size_t buffer_offset_ = 0, filled_ = 0, at_ = 0;  // buffer_[0 to filled_) is read; the next record is at at_
  std::size_t next_line_ = 1, block_;
  bool ended_ = false;
  RecordPosition position_;
  std::size_t begin_ = 0, end_ = 0;  // of the record's text
  bool has_high_bytes_ = false;
  std::vector<std::string_view> texts_;
  std::vector<TableCell> cells_;
};

/// Returns "'iris.csv', line 3, column 2".
std::string place(std::string_view source, std::size_t line, std::size_t column);

/// Returns "'iris.csv', line 3, column 2 ('petal width')".
std::string place(std::string_view source, std::size_t line, std::size_t column, std::string_view name);

/// Returns a cell in quotes for errors, at most 40 bytes.
std::string quoted_cell_text(std::string_view cell);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
